import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The column is there; it points to the table of the app ``parties`` now, which is the same."""

    dependencies = [
        ('matchmaking', '0004_parts_are_apps'),
        ('parties', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name='ticket',
                    name='party',
                    field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='ticket', to='parties.party'),
                ),
            ]
        ),
    ]
