from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("game", "0006_seats_of_running_games")]

    operations = [
        migrations.AddField(
            model_name="game",
            name="code",
            field=models.CharField(blank=True, max_length=8, null=True),
        ),
        migrations.AddConstraint(
            model_name="game",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["created", "waiting_for_players", "waiting_for_ready", "active"])
                ),
                fields=("code",),
                name="one_unfinished_game_a_code",
            ),
        ),
    ]
