import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

from core.moved_models import carry_over


class Migration(migrations.Migration):
    """The tables are there, made by the app ``world``."""

    initial = True

    dependencies = [
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0005_strangers_have_idempotent_answers'),
        ('world', '0005_parts_are_apps'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Trade',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('state', models.CharField(choices=[('requested', 'Requested'), ('open', 'Open'), ('completed', 'Completed'), ('ended', 'Ended')], default='requested', max_length=9)),
                        ('version', models.PositiveIntegerField(default=0)),
                        ('created_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('reason', models.CharField(blank=True, max_length=12)),
                        ('asked', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trades_offered', to='world.character')),
                        ('asker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trades_asked_for', to='world.character')),
                    ],
                    options={
                        'db_table': 'world_trade',
                    },
                ),
                migrations.CreateModel(
                    name='TradeOffer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('gold', models.BigIntegerField(default=0)),
                        ('items', models.JSONField(default=list)),
                        ('confirmed', models.BooleanField(default=False)),
                        ('character', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='world.character')),
                        ('trade', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='trading.trade')),
                    ],
                    options={
                        'db_table': 'world_tradeoffer',
                    },
                ),
                migrations.AddIndex(
                    model_name='trade',
                    index=models.Index(condition=models.Q(('ended_at', None)), fields=['asker'], name='live_trades_by_asker'),
                ),
                migrations.AddIndex(
                    model_name='trade',
                    index=models.Index(condition=models.Q(('ended_at', None)), fields=['asked'], name='live_trades_by_asked'),
                ),
                migrations.AddIndex(
                    model_name='trade',
                    index=models.Index(fields=['expires_at'], name='trades_by_expiry'),
                ),
                migrations.AddConstraint(
                    model_name='trade',
                    constraint=models.CheckConstraint(condition=models.Q(('asker', models.F('asked')), _negated=True), name='nobody_trades_alone'),
                ),
                migrations.AddConstraint(
                    model_name='trade',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ('requested', 'open'))), models.Q(('ended_at__isnull', False), ('state__in', ('completed', 'ended'))), _connector='OR'), name='trade_ends_at_a_time'),
                ),
                migrations.AddConstraint(
                    model_name='trade',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('expires_at__isnull', False), ('state', 'requested')), models.Q(models.Q(('state', 'requested'), _negated=True), ('expires_at', None)), _connector='OR'), name='trade_waits_for_a_time'),
                ),
                migrations.AddConstraint(
                    model_name='trade',
                    constraint=models.UniqueConstraint(django.db.models.functions.comparison.Least('asker', 'asked'), django.db.models.functions.comparison.Greatest('asker', 'asked'), condition=models.Q(('ended_at', None)), name='one_trade_a_pair'),
                ),
                migrations.AddConstraint(
                    model_name='tradeoffer',
                    constraint=models.UniqueConstraint(fields=('trade', 'character'), name='one_offer_of_each'),
                ),
                migrations.AddConstraint(
                    model_name='tradeoffer',
                    constraint=models.CheckConstraint(condition=models.Q(('gold__gte', 0)), name='offered_gold_never_negative'),
                ),
            ]
        ),
        carry_over(('trade', 'tradeoffer'), from_app='world', to_app='trading'),
    ]
