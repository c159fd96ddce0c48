"""letters worth reading."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_0002"
down_revision = "20261121_0001"


def upgrade() -> None:
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.add_column(sa.Column("nearest_embassies", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("own_government", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("least_written_first", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("name_copies", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("own_text", sa.String(length=32), nullable=False, server_default="paragraph"))
        batch_op.add_column(sa.Column("at_most", sa.Integer(), nullable=True))

    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copies", sa.JSON(), nullable=True))

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("web_form_asks", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("needs_address", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("foreign_affairs", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_column("foreign_affairs")
        batch_op.drop_column("needs_address")
        batch_op.drop_column("web_form_asks")

    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_column("copies")

    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_column("at_most")
        batch_op.drop_column("own_text")
        batch_op.drop_column("name_copies")
        batch_op.drop_column("least_written_first")
        batch_op.drop_column("own_government")
        batch_op.drop_column("nearest_embassies")
