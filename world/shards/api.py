"""The HTTP route of shards."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from world.shards import selectors
from world.shards.events import ShardInfo


class Shards(APIView):
    """The crystal shards."""

    @extend_schema(
        operation_id="api_world_shards",
        description="Every shard: where it is, whose it is, and who is capturing it.",
        responses=list[ShardInfo],
    )
    def get(self, request: Request) -> Response:
        return Response(selectors.shard_infos(selectors.all_shards()))
