# SPDX-License-Identifier: Apache-2.0
"""kill -9, again and again, under load: every alert that was answered with 200 reaches its receiver, the balance holds, and
the database is whole. PROMWARDEN_E2E_CRASH_SECONDS (default 60) is how long; PROMWARDEN_E2E_SEED makes it happen again."""
import json
import os
import random
import sqlite3
import threading
import time

import case
import harness

WORKERS = 4


class CrashTest(case.Case):
    def test_what_was_answered_with_200_arrives(self):
        seconds = float(os.environ.get("PROMWARDEN_E2E_CRASH_SECONDS", "60"))
        seed = int(os.environ.get("PROMWARDEN_E2E_SEED", str(time.time_ns() % 10**9)))
        print(f"seed {seed}")
        chance = random.Random(seed)
        daemon = self.warden().up()
        self.accepted, self.ended = set(), threading.Event()
        threads = harness.run_threads(WORKERS, lambda n: self.load(daemon, n, random.Random(seed + n)))
        until, kills = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.05, 1.2))
            daemon.kill()
            kills += 1
            self.check_database(daemon)
            daemon.up()
        self.ended.set()
        for thread in threads:
            thread.join(30)
            self.assertFalse(thread.is_alive())
        balance = daemon.settle(120)
        arrived = [alert["labels"]["alertname"] for body in self.notified() for alert in body["alerts"]]
        print(f"{kills} kills, {len(self.accepted)} alerts answered with 200, {len(arrived)} arrivals of "
              f"{len(set(arrived))} alerts, balance {balance}")
        self.assertGreater(len(self.accepted), 20 * kills / 10, "there was a load")
        self.assertEqual(sorted(self.accepted - set(arrived)), [], "answered with 200, never arrived")
        self.assertEqual(balance["created"], sum(n for kind, n in balance.items() if kind != "created"))
        self.assertEqual(balance["dead"] + balance["expired"], 0)
        # Sent twice only where a kill fell between the receiver's answer and our own note of it.
        self.assertLessEqual(len(arrived) - len(set(arrived)), kills * 40)
        self.assertEqual(daemon.terminate(), 0)
        self.check_database(daemon)

    def load(self, daemon, worker, chance):
        number = 0
        while not self.ended.is_set():
            names = [f"Crash-{worker}-{number + n}" for n in range(chance.choice((1, 1, 1, 5)))]
            number += len(names)
            body = harness.message([({"alertname": name, "worker": str(worker)}, harness.now_rfc3339(-1)) for name in names],
                                   group=names[0])
            status = daemon.webhook(json.dumps(body), timeout=10)[0]
            if status == 200:
                self.accepted.update(names)
            time.sleep(0.02 if status == 200 else 0.05)

    def check_database(self, daemon):
        """As it lies there after the kill: SQLite itself plays the log back when we open it."""
        if not daemon.database.exists():
            return
        connection = sqlite3.connect(daemon.database)
        try:
            self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(connection.execute("PRAGMA foreign_key_check").fetchall(), [])
        finally:
            connection.close()


if __name__ == "__main__":
    case.main()
