CREATE TABLE issues (
	number TEXT NOT NULL,
	title TEXT NOT NULL,
	description TEXT NOT NULL,
	PRIMARY KEY (number)
);
CREATE TABLE tallies (
	grp TEXT NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (grp)
);
CREATE TABLE events (
	seq INTEGER NOT NULL,
	at TEXT NOT NULL,
	type TEXT NOT NULL,
	task TEXT,
	data TEXT NOT NULL,
	PRIMARY KEY (seq)
);
CREATE TABLE settings (
	name TEXT NOT NULL,
	value TEXT,
	PRIMARY KEY (name)
);
CREATE TABLE tasks (
	number TEXT NOT NULL,
	place TEXT NOT NULL,
	family TEXT NOT NULL,
	title TEXT NOT NULL,
	description TEXT NOT NULL,
	status TEXT NOT NULL,
	grp TEXT NOT NULL,
	phase TEXT,
	held BOOLEAN NOT NULL,
	priority INTEGER NOT NULL,
	workflow_step INTEGER NOT NULL,
	issue TEXT,
	agent TEXT,
	evidence TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	corrections INTEGER NOT NULL,
	verdict TEXT,
	proposal TEXT,
	reason TEXT,
	cost_usd FLOAT,
	since TEXT NOT NULL,
	waits INTEGER DEFAULT '0' NOT NULL,
	fresh BOOLEAN DEFAULT '1' NOT NULL,
	worker TEXT,
	base TEXT,
	strikes INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(issue) REFERENCES issues (number)
);
CREATE TABLE dependencies (
	task TEXT NOT NULL,
	needs TEXT NOT NULL,
	position INTEGER NOT NULL,
	PRIMARY KEY (task, needs),
	FOREIGN KEY(task) REFERENCES tasks (number),
	FOREIGN KEY(needs) REFERENCES tasks (number)
);
CREATE TABLE turns (
	task TEXT NOT NULL,
	"index" INTEGER NOT NULL,
	role TEXT NOT NULL,
	purpose TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	stop_reason TEXT,
	model TEXT,
	input_tokens INTEGER,
	output_tokens INTEGER,
	cache_read_tokens INTEGER,
	cache_write_tokens INTEGER,
	cost_usd FLOAT,
	at TEXT NOT NULL,
	content TEXT NOT NULL,
	held_usd FLOAT DEFAULT '0' NOT NULL,
	PRIMARY KEY (task, "index"),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE usage (
	task TEXT NOT NULL,
	input_tokens INTEGER NOT NULL,
	output_tokens INTEGER NOT NULL,
	cache_read_tokens INTEGER NOT NULL,
	cache_write_tokens INTEGER NOT NULL,
	cost_usd FLOAT,
	PRIMARY KEY (task),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE reservations (
	task TEXT NOT NULL,
	usd FLOAT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (task),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE tools (
	id INTEGER NOT NULL,
	task TEXT NOT NULL,
	turn INTEGER NOT NULL,
	tool_use TEXT NOT NULL,
	name TEXT NOT NULL,
	content TEXT,
	ok BOOLEAN NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE messages (
	id INTEGER NOT NULL,
	task TEXT NOT NULL,
	kind TEXT NOT NULL,
	text TEXT NOT NULL,
	blocker TEXT,
	told BOOLEAN NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE attempts (
	task TEXT NOT NULL,
	number INTEGER NOT NULL,
	base TEXT NOT NULL,
	tree TEXT NOT NULL,
	proposal TEXT NOT NULL,
	cause TEXT NOT NULL,
	at TEXT NOT NULL,
	explanation TEXT NOT NULL,
	files TEXT NOT NULL,
	flags TEXT NOT NULL,
	usage TEXT NOT NULL,
	verification TEXT,
	PRIMARY KEY (task, number),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE runs (
	task TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	run TEXT NOT NULL,
	output TEXT NOT NULL,
	PRIMARY KEY (task, attempt, run),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE test_cases (
	task TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	run TEXT NOT NULL,
	position INTEGER NOT NULL,
	id TEXT NOT NULL,
	outcome TEXT NOT NULL,
	duration FLOAT NOT NULL,
	error TEXT NOT NULL,
	message TEXT NOT NULL,
	detail TEXT NOT NULL,
	PRIMARY KEY (task, attempt, run, position),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE blockers (
	id INTEGER NOT NULL,
	task TEXT NOT NULL,
	kind TEXT NOT NULL,
	status TEXT NOT NULL,
	cause TEXT NOT NULL,
	question TEXT NOT NULL,
	options TEXT NOT NULL,
	assumption TEXT,
	answer TEXT,
	created_at TEXT NOT NULL,
	"key" TEXT,
	PRIMARY KEY (id),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE decisions (
	id INTEGER NOT NULL,
	task TEXT NOT NULL,
	kind TEXT NOT NULL,
	proposal TEXT NOT NULL,
	parts TEXT NOT NULL,
	rest_to_worker BOOLEAN NOT NULL,
	"by" TEXT NOT NULL,
	state TEXT NOT NULL,
	refusal TEXT,
	applied_base TEXT,
	applied_tree TEXT,
	PRIMARY KEY (id),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE comments (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	task TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	path TEXT NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	side TEXT NOT NULL,
	excerpt TEXT NOT NULL,
	"before" TEXT NOT NULL,
	"after" TEXT NOT NULL,
	type TEXT NOT NULL,
	text TEXT NOT NULL,
	author TEXT NOT NULL,
	created_at TEXT NOT NULL,
	sent INTEGER,
	answer TEXT,
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE TABLE drafts (
	task TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	draft TEXT NOT NULL,
	PRIMARY KEY (task, attempt),
	FOREIGN KEY(task) REFERENCES tasks (number)
);
CREATE INDEX events_by_task ON events (task, seq);
CREATE INDEX tasks_by_family ON tasks (family, place);
CREATE INDEX tasks_by_entry ON tasks (grp);
CREATE INDEX tasks_by_cost ON tasks (grp, ifnull(cost_usd, -1), place);
CREATE INDEX tasks_ready ON tasks (priority, fresh, workflow_step, place) WHERE grp = 'queued' AND held = 0 AND waits = 0;
CREATE INDEX tasks_by_since ON tasks (grp, since, place);
CREATE INDEX tasks_by_turn ON tasks (grp, priority, fresh, workflow_step, place);
CREATE INDEX dependencies_by_needs ON dependencies (needs, task);
CREATE INDEX turns_by_time ON turns (at, cost_usd, held_usd) WHERE role = 'assistant';
CREATE UNIQUE INDEX tools_by_use ON tools (task, turn, tool_use);
CREATE INDEX messages_untold ON messages (task, id) WHERE told = 0;
CREATE INDEX blockers_by_task ON blockers (task, id);
CREATE INDEX blockers_open ON blockers (id) WHERE status = 'open';
CREATE INDEX decisions_pending ON decisions (id) WHERE state = 'pending';
CREATE INDEX decisions_by_task ON decisions (task, id);
CREATE INDEX comments_by_task ON comments (task, id);
CREATE TRIGGER task_counted AFTER INSERT ON tasks BEGIN
  INSERT INTO tallies VALUES (new.grp, 1) ON CONFLICT (grp) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER task_moved AFTER UPDATE OF grp ON tasks WHEN old.grp <> new.grp BEGIN
  UPDATE tallies SET n = n - 1 WHERE grp = old.grp;
  INSERT INTO tallies VALUES (new.grp, 1) ON CONFLICT (grp) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER dependency_met AFTER UPDATE OF status ON tasks
WHEN (old.status = 'completed') <> (new.status = 'completed') BEGIN
  UPDATE tasks SET waits = waits + iif(new.status = 'completed', -1, 1)
  WHERE number IN (SELECT task FROM dependencies WHERE needs = new.number);
END;
CREATE TRIGGER dependency_added AFTER INSERT ON dependencies BEGIN
  UPDATE tasks SET waits = waits + 1
  WHERE number = new.task
  AND (SELECT status FROM tasks WHERE number = new.needs) <> 'completed';
END;
CREATE TRIGGER dependency_removed AFTER DELETE ON dependencies BEGIN
  UPDATE tasks SET waits = waits - 1
  WHERE number = old.task
  AND (SELECT status FROM tasks WHERE number = old.needs) <> 'completed';
END;
CREATE TRIGGER reservation_freed AFTER UPDATE OF status ON tasks
WHEN new.status <> 'in_progress' BEGIN
  DELETE FROM reservations WHERE task = new.number;
END;
PRAGMA user_version=5;
