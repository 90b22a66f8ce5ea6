"""Settings: every one comes from the environment, here and nowhere else. docs/settings.md explains
each.
"""

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from config.mail import mail_settings
from config.origins import allowed_hosts, is_loopback, normalise_origin
from config.secret_key import read_or_create_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
# FileAwareEnv reads NAME_FILE where NAME is not set: secrets may come from mounted files.
env = environ.FileAwareEnv()

# The public face
LAUREL_URL = normalise_origin(env.str("LAUREL_URL", default="http://localhost:8000"))
LAUREL_TERMS_URL = env.str("LAUREL_TERMS_URL", default=LAUREL_URL)
LAUREL_PRIVACY_URL = env.str("LAUREL_PRIVACY_URL", default=LAUREL_URL)
LAUREL_OLD_URLS = [normalise_origin(url) for url in env.list("LAUREL_OLD_URLS", default=[])]
LAUREL_PRACTICE = is_loopback(LAUREL_URL)
LAUREL_TLS = urlsplit(LAUREL_URL).scheme == "https"
LAUREL_TRUSTED_PROXIES = env.list("LAUREL_TRUSTED_PROXIES", default=[])
ALLOWED_HOSTS = allowed_hosts(LAUREL_URL, *LAUREL_OLD_URLS)

# Data and secrets
LAUREL_DATA = Path(env.str("LAUREL_DATA", default="data")).resolve()
SECRET_KEY = env.str("SECRET_KEY", default="") or read_or_create_secret_key(LAUREL_DATA)
MEDIA_ROOT = LAUREL_DATA / "media"
MEDIA_URL = "/media/"

# Policy
LAUREL_WORKERS = env.int("LAUREL_WORKERS", default=0)
LAUREL_ISSUER_CREATION = env.str("LAUREL_ISSUER_CREATION", default="approved")
LAUREL_SIGNUP = [word.lower() for word in env.list("LAUREL_SIGNUP", default=["open"])]
LAUREL_SUPPORT_CONTACT = env.str("LAUREL_SUPPORT_CONTACT", default="")
LAUREL_OUTBOUND_ALLOW = env.str("LAUREL_OUTBOUND_ALLOW", default="")
LAUREL_APP_CREATION = env.str("LAUREL_APP_CREATION", default="approved")
LAUREL_REFRESH_TOKEN_DAYS = env.int("LAUREL_REFRESH_TOKEN_DAYS", default=180)
LAUREL_METRICS_TOKEN = env.str("LAUREL_METRICS_TOKEN", default="")
LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT = env.bool("LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT", default=False)

# The account at badge services that are mirrored into, where a provider has none of its own
BADGE_PROVIDER_USERNAME = env.str("BADGE_PROVIDER_USERNAME", default="")
BADGE_PROVIDER_PASSWORD = env.str("BADGE_PROVIDER_PASSWORD", default="")

DEBUG = False
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
SITE_ID = None
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
APPEND_SLASH = False  # a slash more is another address: Badgr's clients tell 404 from 200 by it

INSTALLED_APPS = [
    "activity",
    "api",
    "jobs",
    "accounts.apps.AccountsConfig",
    "oauth.apps.OAuthConfig",
    "issuer.apps.IssuerConfig",
    "public",
    "mirror.apps.MirrorConfig",
    "notify.apps.NotifyConfig",
    "config.apps.ConfigConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django.contrib.admin.apps.SimpleAdminConfig",  # registers nothing: config/staff_pages.py
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

# The extra `saml` brings it along; without it nothing of SAML is there.
LAUREL_SAML = find_spec("onelogin") is not None
if LAUREL_SAML:
    INSTALLED_APPS.append("allauth.socialaccount.providers.saml")

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "config.logs.RequestLogMiddleware",
    "config.headers.PublicPagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.server",
            ],
        },
    },
]

# Database: SQLite in LAUREL_DATA unless DATABASE_URL names another
DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{LAUREL_DATA / 'laurel.sqlite3'}")
}
DATABASES["default"]["CONN_MAX_AGE"] = None
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "config.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
            " PRAGMA mmap_size=268435456; PRAGMA cache_size=-16000;"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

STORAGES = {
    "default": {"BACKEND": "config.storage.DurableFileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = LAUREL_DATA / "static"
# Static files are collected by `laurel up`; until then (tests) they are found where they lie.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MANIFEST_STRICT = False

# Jobs: with a broker Celery's workers do them, else the worker of `laurel up`
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
if CELERY_BROKER_URL and find_spec("celery") is None:
    raise ImproperlyConfigured("CELERY_BROKER_URL is set, but the extra `scale` is not installed.")

# Mail
EMAIL_URL = env.str("EMAIL_URL", default="consolemail://")
vars().update(mail_settings(EMAIL_URL))
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"laurel@{urlsplit(LAUREL_URL).hostname}"
)

# People
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "oauth.hashers.KeyedHasher",
]
PASSWORD_RESET_TIMEOUT = int(timedelta(days=1).total_seconds())
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
# accounts/throttling.py counts for all processes together, and so that nobody is locked out.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts.web.sign_up.SignUpForm",
    "change_password": "accounts.web.passwords.ChangeForm",
    "reset_password": "accounts.web.passwords.ResetForm",
    "user_token": "accounts.web.passwords.ResetTokenForm",
}
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "accounts.web.second_factor.AddPasskeyForm",
    "authenticate": "accounts.web.second_factor.CodeForm",
    "reauthenticate": "accounts.web.second_factor.CodeAgainForm",
    "login_webauthn": "accounts.web.second_factor.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LAUREL_PRACTICE  # browsers trust http on loopback alone
# Sign-in by an organisation: one from the environment, more in the admin
SOCIALACCOUNT_ADAPTER = "accounts.federation.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
LAUREL_OIDC_URL = env.str("LAUREL_OIDC_URL", default="")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "organisation",
                "name": env.str("LAUREL_OIDC_NAME", default="your organisation"),
                "client_id": env.str("LAUREL_OIDC_CLIENT_ID", default=""),
                "secret": env.str("LAUREL_OIDC_CLIENT_SECRET", default=""),
                "settings": {
                    "server_url": LAUREL_OIDC_URL,
                    "verified_email": env.list("LAUREL_OIDC_DOMAINS", default=[]),
                },
            }
        ]
        if LAUREL_OIDC_URL
        else [],
    }
}
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/accounts/app-passwords/"
LOGOUT_REDIRECT_URL = "/"

# OAuth2
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth.AccessToken"  # noqa: S105 - a model's name
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth.RefreshToken"  # noqa: S105 - a model's name
OAUTH2_PROVIDER_GRANT_MODEL = "oauth.Grant"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth.IDToken"  # noqa: S105 - a model's name
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "oauth.DeviceGrant"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 86400,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    # The library counts from the end of the access token, a day later.
    "REFRESH_TOKEN_EXPIRE_SECONDS": (LAUREL_REFRESH_TOKEN_DAYS - 1) * 86400,
    "ACCESS_TOKEN_GENERATOR": "oauth.generators.new_access_token",
    "REFRESH_TOKEN_GENERATOR": "oauth.generators.new_refresh_token",
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,
    "OAUTH2_VALIDATOR_CLASS": "oauth.validators.Validator",
    "SCOPES_BACKEND_CLASS": "oauth.scopes_backend.Scopes",
    "CLIENT_SECRET_HASHER": "keyed",
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for sub-domains is the institution's decision, not ours
    "security.W021",  # so is the browsers' preload list
]
if not LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT:
    # The password grant takes app passwords, which are not what RFC 9700 2.4 warns of.
    SILENCED_SYSTEM_CHECKS.append("oauth2_provider.W002")

# JSON routes
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["oauth.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.scopes.ScopePermission"],
    "DEFAULT_PARSER_CLASSES": [
        "api.parsers.StrictJSONParser",
        "api.parsers.DottedFormParser",
        "api.parsers.DottedMultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["api.rendering.JSONRenderer", "api.rendering.JSONLDRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.rendering.Negotiation",
    "EXCEPTION_HANDLER": "api.errors.envelope_errors",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "api.openapi.RouteSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Laurel",
    "DESCRIPTION": "Issuers, badge classes and awards, as Badgr's API version 2 has them.",
    "VERSION": "2",
    "SERVERS": [{"url": LAUREL_URL}],
    "OAS_VERSION": "3.1.0",  # in which a DELETE may have a body
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": "/v[12]",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.openapi.add_errors",
        "oauth.openapi.add_token_endpoint",
        "public.openapi.add_public_addresses",
    ],
}
# Larger bodies are refused before Django sees them (config/bodies.py).
LAUREL_MAX_BODY = 16 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = LAUREL_MAX_BODY
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Security headers
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if LAUREL_TLS else 0
SECURE_SSL_REDIRECT = LAUREL_TLS
# Badges published under a plain-http name are fetched by it for ever; nobody promised TLS there.
if any(url.startswith("http://") for url in LAUREL_OLD_URLS):
    SECURE_REDIRECT_EXEMPT = [r"^(public|media)/"]
SESSION_COOKIE_SECURE = LAUREL_TLS
CSRF_COOKIE_SECURE = LAUREL_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [LAUREL_URL]
CSRF_FAILURE_VIEW = "config.pages.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

LOGGING_CONFIG = "config.logs.configure"
LOGGING = {"level": env.str("LAUREL_LOG_LEVEL", default="INFO")}
