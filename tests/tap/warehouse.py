"""The rows that a target would hold after loading the tap's output."""


class Warehouse:
    """The rows of a target that upserts by id and deletes by _sdc_deleted_at."""

    def __init__(self):
        self.rows = {}
        self.state = None

    def load(self, output):
        for record in output.records():
            if record["_sdc_deleted_at"]:
                self.rows.pop(record["id"], None)
            else:
                known = self.rows.get(record["id"])
                assert known is None or known["updated_at"] <= record["updated_at"]
                self.rows[record["id"]] = record
        self.state = output.state or self.state
        return output

    def agrees_with(self, account, start=None, end=None):
        ledger = account.ledger(start, end)
        assert {
            id_: (
                row["amount_captured"],
                row["amount_refunded"],
                row["disputed"],
                row["customer_email"],
                row["balance_transaction_id"],
            )
            for id_, row in self.rows.items()
        } == {
            id_: (
                entry.amount_captured,
                entry.amount_refunded,
                entry.disputed,
                entry.email,
                entry.balance_transaction,
            )
            for id_, entry in ledger.charges.items()
        }
        return True
