"""Routes of accounts."""

from accounts import api
from core.routes import route

urlpatterns = [
    route("api/auth/register", api.Register.as_view()),
    route("api/auth/login", api.Login.as_view()),
    route("api/auth/logout", api.Logout.as_view()),
    route("api/auth/guest", api.Guest.as_view()),
    route("api/auth/upgrade", api.Upgrade.as_view()),
    route("api/auth/ticket", api.Ticket.as_view()),
    route("api/token", api.Tokens.as_view()),
    route("api/token/refresh", api.RefreshTokens.as_view()),
    route("api/auth/email/verify/request", api.RequestVerification.as_view()),
    route("api/auth/email/verify", api.VerifyEmail.as_view()),
    route("api/auth/password/reset/request", api.RequestReset.as_view()),
    route("api/auth/password/reset", api.ResetPassword.as_view()),
    route("api/me", api.Me.as_view()),
    route("api/me/sessions", api.Sessions.as_view()),
    route("api/me/sessions/<int:session_id>", api.OneSession.as_view()),
    route("api/me/password", api.Password.as_view()),
    route("api/me/export", api.Export.as_view()),
    route("api/users", api.Users.as_view()),
    route("api/users/profile", api.Profile.as_view()),
    route("api/users/<int:user_id>", api.OneUser.as_view()),
]
