"""Access: accounts and grants."""

from aws_cdk import Duration
from constructs import Construct

from infra.door import Door
from infra.grants import takes_signatures, writes_state
from infra.platform import Platform


class Access(Construct):
    """The door of accounts; it makes sign-ins in the user pool and never deletes one."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Access")
        self.api = Door(
            self, "api", room="access", platform=platform, timeout=Duration.seconds(29), memory_mb=1024
        )
        writes_state(self.api, "access")
        takes_signatures(self.api)
        pool = platform.foundation.people.pool
        self.api.tell("USER_POOL", pool.user_pool_id)
        if platform.deployment.is_local:
            self.api.tell("INVITATIONS", "SUPPRESS")  # one machine sends no mail
        self.api.allow(
            [
                "cognito-idp:AdminCreateUser",
                "cognito-idp:AdminGetUser",
                "cognito-idp:AdminUserGlobalSignOut",
            ],
            [pool.user_pool_arn],
        )
