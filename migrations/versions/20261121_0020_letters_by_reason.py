"""letters by reason, and the joint ones, in indexes of their own."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_0020"
down_revision = "20261121_0016"

INDEXES = {
    "ix_letter_reason": (["campaign_id", "stage", "reason", "id"], sa.text("reason IS NOT NULL")),
    "ix_letter_joint": (["campaign_id", "stage", "id"], sa.text("kind = 'joint'")),
}


def upgrade() -> None:
    for name, (columns, which) in INDEXES.items():
        op.create_index(name, "letter", columns, sqlite_where=which, postgresql_where=which)


def downgrade() -> None:
    for name in reversed(INDEXES):
        op.drop_index(name, "letter")
