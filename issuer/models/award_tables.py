"""Tables of recipients that somebody has sent and looks at before they award."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from api.entity_ids import new_entity_id
from issuer.models.badge_classes import BadgeClass
from issuer.models.issuances import Issuance


class AwardTable(models.Model):
    """A table between its upload and the awards. Only who sent it sees it, for a day.

    Its cells lie here sealed, and go when they are awarded: recipients have their home elsewhere
    (DESIGN 4).
    """

    entity_id = models.CharField(max_length=64, unique=True, default=new_entity_id, editable=False)
    badge_class = models.ForeignKey(BadgeClass, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    sealed = models.TextField(blank=True)
    # What it was awarded with.
    issuance = models.ForeignKey(Issuance, on_delete=models.CASCADE, null=True, related_name="+")
    total = models.PositiveIntegerField()
    # Which column is what: {"identity": 0, "recipient_name": 2}.
    columns = models.JSONField(default=dict)
    # By line as people see it: {"12": {"recipient.identity": ["…"]}}. Our sentences, never what was
    # sent.
    problems = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.entity_id

    @property
    def is_readable(self) -> bool:
        """Whether it is known which column has the recipients."""
        return "identity" in self.columns
