"""letters by reason, and the joint ones, in indexes of their own; notices that wait by their own mark."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_0020"
down_revision = "20261121_0019"

INDEXES = {
    "ix_letter_reason": (["campaign_id", "stage", "reason", "id"], sa.text("reason IS NOT NULL")),
    "ix_letter_joint": (["campaign_id", "stage", "id"], sa.text("kind = 'joint'")),
}
DUE_NOTICE = "due_at IS NOT NULL AND notice IS NOT NULL"
DUE_BEFORE = "due_at IS NOT NULL AND letter_id IS NULL"


def upgrade() -> None:
    for name, (columns, which) in INDEXES.items():
        op.create_index(name, "letter", columns, sqlite_where=which, postgresql_where=which)
    _notices(DUE_NOTICE)


def downgrade() -> None:
    _notices(DUE_BEFORE)
    for name in reversed(INDEXES):
        op.drop_index(name, "letter")


def _notices(due: str) -> None:
    name, which = "ix_delivery_due_notice", sa.text(due)
    op.drop_index(name, "delivery")
    op.create_index(name, "delivery", ["due_at"], sqlite_where=which, postgresql_where=which)
