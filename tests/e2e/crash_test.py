# SPDX-License-Identifier: Apache-2.0
"""Killed at any moment: every alert that was answered with 200 reaches its receiver, the balance holds, and the database is
whole. Once at random under load (PROMWARDEN_E2E_CRASH_SECONDS, default 60, is how long; PROMWARDEN_E2E_SEED makes it happen
again), once at chosen moments of writing to disk (PROMWARDEN_E2E_MOMENTS, default 60, is how many)."""
import json
import os
import random
import sqlite3
import threading
import time

import case
import harness

WORKERS = 4
SECONDS = float(os.environ.get("PROMWARDEN_E2E_CRASH_SECONDS", "60"))


class CrashTest(case.Case):
    def test_what_was_answered_with_200_arrives(self):
        self.kill_in_a_loop(SECONDS, WORKERS, 0.02, case.CONFIG)

    def test_what_only_the_journal_held_arrives_too(self):
        """In a storm of small messages about one incident, which speaks every two seconds."""
        storm = case.CONFIG.replace("group_by: [alertname]", "group_by: [storm]").replace("group_interval: 1s", "group_interval: 2s")
        journaled = self.kill_in_a_loop(SECONDS / 3, 3 * WORKERS, 0, storm, once=False)
        print(f"{journaled} turns stood in the journal only when a kill came")

    def kill_in_a_loop(self, seconds, workers, pause, config, once=True):
        seed = int(os.environ.get("PROMWARDEN_E2E_SEED", str(time.time_ns() % 10**9)))
        print(f"seed {seed}")
        chance = random.Random(seed)
        daemon = self.warden(config=config).up()
        self.accepted, self.ended = set(), threading.Event()
        threads = harness.run_threads(workers, lambda n: self.load(daemon, n, random.Random(seed + n), pause))
        until, kills, journaled = time.monotonic() + seconds, 0, 0
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.05, 1.2))
            daemon.kill()
            kills += 1
            journaled += self.check_database(daemon)
            daemon.up()
        self.ended.set()
        for thread in threads:
            thread.join(30)
            self.assertFalse(thread.is_alive())
        try:  # the last of them wait for group_interval
            harness.wait_for("all arrive", lambda: self.accepted <= self.arrived(), 60, 0.5)
        except harness.Failure:
            pass  # said below, with what is missing
        balance = daemon.settle(120)
        arrived = [alert["labels"]["alertname"] for body in self.notified() for alert in body["alerts"]]
        print(f"{kills} kills, {len(self.accepted)} alerts answered with 200, {len(arrived)} arrivals of "
              f"{len(set(arrived))} alerts, balance {balance}")
        self.assertGreater(len(self.accepted), 20 * kills / 10, "there was a load")
        self.assertEqual(sorted(self.accepted - set(arrived)), [], "answered with 200, never arrived")
        self.assertEqual(balance["created"], sum(n for kind, n in balance.items() if kind != "created"))
        self.assertEqual(balance["dead"] + balance["expired"], 0)
        # Sent twice only where a kill fell between the receiver's answer and our own note of it.
        if once:
            self.assertLessEqual(len(arrived) - len(set(arrived)), kills * 40)
        self.assertEqual(daemon.terminate(), 0)
        self.check_database(daemon)
        return journaled

    def test_killed_at_each_moment_of_writing_to_disk_it_loses_nothing(self):
        config = case.CONFIG.replace("group_interval: 1s", "group_interval: 100ms")
        count = self.folder / "moments"
        daemon = self.warden(config=config)
        self.preload(daemon, KILL_COUNT=str(count))
        self.story(daemon, "count")
        daemon.terminate()
        total = int.from_bytes(count.read_bytes(), "little")
        self.assertGreater(total, 20, "moments of writing are seen")
        most = int(os.environ.get("PROMWARDEN_E2E_MOMENTS", "60"))
        step = max(1.0, total / most)
        moments = sorted({int(1 + n * step) for n in range(most)} & set(range(1, total + 1)))
        died = 0
        for moment in moments:
            with self.subTest(moment=moment):
                daemon = self.house.warden(config.format(other_side=self.other_side.url, more=""), name=f"at-{moment}")
                self.preload(daemon, KILL_AT=str(moment))
                died += self.story(daemon, f"at{moment}")
                if daemon.terminate() == -9:  # the moment came while it ended
                    died += 1
                    daemon.env = None
                    daemon.up()
                    self.assertEqual(daemon.balance()["pending"], 0)
                    self.assertEqual(daemon.terminate(), 0)
                self.check_database(daemon)
                self.house.servers.remove(daemon)
        print(f"{total} moments of writing, {len(moments)} tried, killed at {died}")
        self.assertGreater(died, len(moments) / 2)

    def preload(self, daemon, **variables):
        daemon.env = os.environ | {"LD_PRELOAD": str(harness.BIN / "kill_at_sync.so")} | variables

    def story(self, daemon, name):
        """A few alerts fire, one ends; whenever the daemon dies it is started again, without the preload. True when it did."""
        a, b, c = f"A-{name}", f"B-{name}", f"C-{name}"
        begun = harness.now_rfc3339(-30)
        over = harness.message([({"alertname": a}, begun, harness.now_rfc3339(-1))], a)
        steps = [harness.message([({"alertname": a}, begun)], a),
                 harness.message([({"alertname": b, "n": n}, begun) for n in "12"], b), over,
                 harness.message([({"alertname": c}, begun)], c)]
        died = False

        def raise_again():
            nonlocal died
            died = True
            daemon.kill()
            daemon.env = None
            daemon.up()
        try:
            daemon.up()
        except harness.Failure:
            raise_again()
        for step in steps:
            while daemon.webhook(step, timeout=10)[0] != 200:  # as Alertmanager does: again, until it is 200
                if not daemon.is_running():
                    raise_again()
            if step is steps[1]:
                self.wait_for_bodies(daemon, raise_again, "firing", a, b)  # so that the end of it is worth telling
        self.wait_for_bodies(daemon, raise_again, "firing", c)
        self.wait_for_bodies(daemon, raise_again, "resolved", a)
        balance = harness.wait_for("nothing is pending", lambda: self.settled(daemon, raise_again), 30)
        self.assertEqual(balance["created"], sum(n for kind, n in balance.items() if kind != "created"))
        self.assertEqual(balance["dead"] + balance["expired"], 0)
        return died

    def settled(self, daemon, raise_again):
        try:
            balance = daemon.balance()
        except harness.Failure:
            if not daemon.is_running():
                raise_again()
            return None
        return balance if balance["pending"] == 0 else None

    def wait_for_bodies(self, daemon, raise_again, status, *names):
        def look():
            if not daemon.is_running():
                raise_again()
            told = {a["labels"]["alertname"] for body in self.notified(status) for a in body["alerts"] if a["status"] == status}
            return told >= set(names)
        harness.wait_for(f"{status} {names}", look, 30)

    def arrived(self):
        return {alert["labels"]["alertname"] for body in self.notified() for alert in body["alerts"]}

    def load(self, daemon, worker, chance, pause):
        number = 0
        while not self.ended.is_set():
            names = [f"Crash-{worker}-{number + n}" for n in range(chance.choice((1, 1, 1, 5)))]
            number += len(names)
            body = harness.message([({"alertname": name, "worker": str(worker)}, harness.now_rfc3339(-1)) for name in names],
                                   group=names[0])
            status = daemon.webhook(json.dumps(body), timeout=10)[0]
            if status == 200:
                self.accepted.update(names)
            time.sleep(pause if status == 200 else 0.05)

    def check_database(self, daemon):
        """As it lies there after the kill: SQLite itself plays the log back when we open it. How long the journal is."""
        if not daemon.database.exists():
            return 0
        connection = sqlite3.connect(daemon.database)
        try:
            self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(connection.execute("PRAGMA foreign_key_check").fetchall(), [])
            has_journal = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'journal'").fetchone()
            return connection.execute("SELECT count(*) FROM journal").fetchone()[0] if has_journal else 0
        finally:
            connection.close()


if __name__ == "__main__":
    case.main()
