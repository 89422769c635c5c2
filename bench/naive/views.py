"""REST the naive way: DRF views with their defaults."""

from uuid import uuid4

from django.contrib.auth.models import User
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import AccessToken


class ProfileSerializer(serializers.ModelSerializer[User]):
    """The caller's profile."""

    class Meta:
        model = User
        fields = ["id", "username", "email", "is_staff", "date_joined"]


class Guest(APIView):
    """Create a guest and return a token."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        guest = User.objects.create(username=f"guest_{uuid4().hex}")
        return Response({"access": str(AccessToken.for_user(guest))}, status=201)


class Me(APIView):
    """The caller's profile."""

    def get(self, request: Request) -> Response:
        return Response(ProfileSerializer(request.user).data)
