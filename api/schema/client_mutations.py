"""The mutations of the register of clients."""

from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.clients import (
    AddClientInput,
    AddClientPayload,
    RestoreClientInput,
    RestoreClientPayload,
    RevokeClientInput,
    RevokeClientPayload,
    RotateClientSecretInput,
    RotateClientSecretPayload,
    UpdateClientInput,
    UpdateClientPayload,
)
from api.schema.finished import Info, finished


@strawberry.type
class ClientMutations:
    """Changes of clients."""

    @strawberry.mutation(
        description="Register a client; its secret is told this once, and every mistake in the input at once"
    )
    def add_client(
        self, info: Info, input: Annotated[AddClientInput, told("All that is kept of it")]
    ) -> AddClientPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Change what is kept of a client; every process obeys within a second")
    def update_client(
        self, info: Info, input: Annotated[UpdateClientInput, told("Which client, and what to change")]
    ) -> UpdateClientPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="A new secret for a client; the one before serves for a while beside it")
    def rotate_client_secret(
        self, info: Info, input: Annotated[RotateClientSecretInput, told("Which client, and for how long")]
    ) -> RotateClientSecretPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Stop a client; its tokens serve nothing within a second")
    def revoke_client(
        self, info: Info, input: Annotated[RevokeClientInput, told("Which client")]
    ) -> RevokeClientPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Let a client that was stopped ask again, as it stood, with new tokens only"
    )
    def restore_client(
        self, info: Info, input: Annotated[RestoreClientInput, told("Which client")]
    ) -> RestoreClientPayload:
        """Finished."""
        return finished(info)
