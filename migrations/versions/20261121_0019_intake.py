"""kept answers are text: made once, told as they are."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_0019"
down_revision = "20261121_0017"


def upgrade() -> None:
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.alter_column("answer", existing_type=sa.JSON(), type_=sa.Text(), postgresql_using="answer::text")


def downgrade() -> None:
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.alter_column("answer", existing_type=sa.Text(), type_=sa.JSON(), postgresql_using="answer::json")
