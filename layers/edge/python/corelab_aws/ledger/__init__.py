"""The ledger's ports on AWS: outbox and heads in DynamoDB, locked objects in S3, the key in KMS, the bus."""
