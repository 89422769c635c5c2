import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

from core.moved_models import carry_over


class Migration(migrations.Migration):
    """The tables are there, made by the app ``matchmaking``."""

    initial = True

    dependencies = [
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0005_strangers_have_idempotent_answers'),
        ('matchmaking', '0004_parts_are_apps'),
        ('parties', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Invite',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('game', 'Game'), ('lobby', 'Lobby'), ('party', 'Party')], max_length=5)),
                        ('game', models.CharField(blank=True, max_length=40)),
                        ('lobby_id', models.BigIntegerField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('pending', 'Pending'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('cancelled', 'Cancelled'), ('expired', 'Expired')], default='pending', max_length=9)),
                        ('created_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField()),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('game_id', models.UUIDField(blank=True, null=True)),
                        ('from_user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invites_sent', to=settings.AUTH_USER_MODEL)),
                        ('party', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='invites', to='parties.party')),
                        ('to_user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invites_received', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'matchmaking_invite',
                        'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['expires_at'], name='pending_invites_by_end'), models.Index(condition=models.Q(('status', 'pending')), fields=['from_user'], name='pending_invites_by_sender'), models.Index(condition=models.Q(('status', 'pending')), fields=['to_user'], name='pending_invites_by_receiver'), models.Index(fields=['answered_at'], name='invites_by_answer')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('from_user', models.F('to_user')), _negated=True), name='nobody_invites_themselves'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'pending'), _negated=True), models.Q(models.Q(('kind', 'game'), models.Q(('game', ''), _negated=True)), ('lobby_id', None), ('party', None)), models.Q(('game', ''), ('kind', 'lobby'), ('lobby_id__isnull', False), ('party', None)), models.Q(('game', ''), ('kind', 'party'), ('lobby_id', None), ('party__isnull', False)), _connector='OR'), name='invite_to_one_thing'), models.UniqueConstraint(django.db.models.functions.comparison.Least('from_user', 'to_user'), django.db.models.functions.comparison.Greatest('from_user', 'to_user'), models.F('game'), condition=models.Q(('status', 'pending'), ('kind', 'game')), name='one_invite_to_a_game_a_pair'), models.UniqueConstraint(condition=models.Q(('status', 'pending'), ('kind', 'lobby')), fields=('lobby_id', 'to_user'), name='one_invite_to_a_lobby_a_user'), models.UniqueConstraint(condition=models.Q(('status', 'pending'), ('kind', 'party')), fields=('party', 'to_user'), name='one_invite_to_a_party_a_user')],
                    },
                ),
            ]
        ),
        carry_over(('invite',), from_app='matchmaking', to_app='invites'),
    ]
