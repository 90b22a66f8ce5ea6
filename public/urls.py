"""`/public/…` and uploaded artwork."""

from django.urls import re_path

from public import images, views

COLLECTION = r"(?P<collection>issuers|badges|assertions)"

urlpatterns = [
    re_path(
        rf"^public/{COLLECTION}/(?P<entity_id>[^/]{{1,64}}?)(?P<suffix>\.json)?$",
        views.DocumentView.as_view(),
        name="document",
    ),
    re_path(
        rf"^public/{COLLECTION}/(?P<entity_id>[^/]{{1,64}})/image$",
        images.image_redirect,
        name="image",
    ),
    re_path(
        r"^public/assertions/(?P<entity_id>[^/]{1,64})/(?P<key>[0-9a-f]{32})\.(?P<kind>png|svg)$",
        images.baked_image,
        name="baked-image",
    ),
    re_path(
        r"^media/artwork/(?P<name>[0-9a-f]{64}/(?:original|square|wide)\.(?:png|svg))$",
        images.artwork,
        name="artwork",
    ),
]
