"""Who acts on these pages: whoever is signed in, through the site."""

from django.http import HttpRequest

from activity.actors import Actor, Channel


def actor(request: HttpRequest) -> Actor:
    user = request.user if request.user.is_authenticated else None
    return Actor(user=user, channel=Channel.WEB)
