"""Numbers for whoever watches the service."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from app.dependencies import ANYONE, ReaderDep
from app.services.numbers import metrics

router = APIRouter(tags=["health"], dependencies=[ANYONE])


@router.get("/metrics", response_class=Response)
async def read_metrics(session: ReaderDep) -> Response:
    """Return metrics for Prometheus, of all processes together. Keep them behind the proxy: the world need not know."""
    return Response(await metrics.read(session), media_type=CONTENT_TYPE_LATEST)
