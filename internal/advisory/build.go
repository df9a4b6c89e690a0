package advisory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/internal/observation"
)

// Build reads a folder in the OSV layout and writes the index file path. What
// did not change since an index already there was built is taken over from it.
// The new index replaces the old one only when it is whole; several processes
// may build at once, and the last wins.
//
// A record, an archive or a KEV catalog that cannot be read becomes a note of
// the Info and costs nothing else. The error is for a folder that holds no
// ecosystem that can be read, and for a path that cannot be written.
//
// report may be nil; it is called from one goroutine.
func Build(ctx context.Context, source, path string, report func(Progress)) (Info, error) {
	found, err := parts(source)
	if err != nil {
		return Info{}, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return Info{}, fmt.Errorf("make the folder of the advisory index: %w", err)
	}
	if report == nil {
		report = func(Progress) {}
	}
	if info, ok := current(ctx, source, found, path); ok {
		return info, nil
	}
	draft, err := os.MkdirTemp(filepath.Dir(path), ".advisories-")
	if err != nil {
		return Info{}, fmt.Errorf("write the advisory index beside %s: %w", path, err)
	}
	defer os.RemoveAll(draft)
	info, err := buildDraft(ctx, source, found, path, filepath.Join(draft, "index"), report)
	if err != nil {
		return Info{}, fmt.Errorf("index the advisories of %s: %w", source, err)
	}
	if err := os.Rename(filepath.Join(draft, "index"), path); err != nil {
		return Info{}, fmt.Errorf("put the advisory index in place: %w", err)
	}
	return info, nil
}

func buildDraft(ctx context.Context, source string, found []part, old, draft string, report func(Progress)) (Info, error) {
	// The draft is thrown away if anything fails, so it needs no journal.
	db, err := openSQLite(draft, "_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-32768)&_pragma=locking_mode(EXCLUSIVE)")
	if err != nil {
		return Info{}, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // an attached database belongs to one connection
	if _, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d;", format)+schema); err != nil {
		return Info{}, err
	}
	b := &builder{db: db, report: report, reused: map[string]bool{}}
	if err := b.attach(ctx, old); err != nil {
		return Info{}, err
	}
	if err := b.about(ctx, source); err != nil {
		return Info{}, err
	}
	for i, p := range found {
		if err := b.add(ctx, int64(i+1), p); err != nil {
			return Info{}, fmt.Errorf("%s: %w", p.ecosystem, err)
		}
	}
	if b.read == 0 {
		return Info{}, fmt.Errorf("no ecosystem could be read: %w", errors.Join(b.failed...))
	}
	info, err := db.info(ctx, noLimit)
	if err != nil {
		return Info{}, err
	}
	for i := range info.Ecosystems {
		info.Ecosystems[i].Reused = b.reused[info.Ecosystems[i].Name]
	}
	return info, db.Close()
}

// current returns the index before where nothing of the source has changed.
func current(ctx context.Context, source string, found []part, path string) (Info, bool) {
	if _, err := os.Stat(path); err != nil {
		return Info{}, false
	}
	x, err := openIndex(path)
	if err != nil {
		return Info{}, false
	}
	defer x.Close()
	failed, err := fetchNotes(source)
	if err != nil || len(failed) > 0 || x.checkFormat(ctx) != nil {
		return Info{}, false
	}
	rows, err := x.rows(ctx)
	if err != nil || len(rows) != len(found) {
		return Info{}, false
	}
	for i, p := range found {
		if stamp, err := p.stamp(); err != nil || rows[i].Name != p.ecosystem || rows[i].Stamp != stamp {
			return Info{}, false
		}
	}
	catalog, err := readKEV(source)
	if err != nil || !x.holds(ctx, source, catalog.digest()) {
		return Info{}, false
	}
	info, err := x.info(ctx, noLimit)
	for i := range info.Ecosystems {
		info.Ecosystems[i].Reused = true
	}
	return info, err == nil
}

// builder fills a draft.
type builder struct {
	db     index
	report func(Progress)
	old    map[string]row // ecosystems of the index before, by name
	reused map[string]bool
	read   int // ecosystems that could be read
	failed []error
}

// attach opens the index before, where there is one that can be used.
func (b *builder) attach(ctx context.Context, path string) error {
	b.old = map[string]row{}
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	before, err := openIndex(path)
	if err != nil {
		return err
	}
	defer before.Close()
	if before.checkFormat(ctx) != nil {
		return nil
	}
	rows, err := before.rows(ctx)
	if err != nil {
		return nil // damaged: build anew
	}
	if _, err := b.db.ExecContext(ctx, "ATTACH DATABASE ? AS before", address(path, readOnly)); err != nil {
		return nil
	}
	for _, r := range rows {
		b.old[r.Name] = r
	}
	return nil
}

// about stores the source and the KEV catalog.
func (b *builder) about(ctx context.Context, source string) error {
	catalog, err := readKEV(source)
	if err != nil {
		subject := filepath.Join(source, kevFile)
		if err := b.note(ctx, 0, observation.CauseBroken, subject, fmt.Sprintf("%v; whether an advisory is exploited stays unknown; fetch the catalog again", err)); err != nil {
			return err
		}
	}
	if catalog == nil {
		catalog = &kevCatalog{}
	}
	tx, err := b.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, v := range catalog.Vulnerabilities {
		if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO exploited VALUES (?)", strings.ToUpper(v.CVE)); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO about VALUES (?, ?, ?)", source, catalog.Released, catalog.digest()); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	failed, err := fetchNotes(source)
	for _, n := range failed {
		err = errors.Join(err, b.note(ctx, 0, n.Cause, n.Subject, n.Message))
	}
	return err
}

func (b *builder) note(ctx context.Context, ecosystem int64, cause observation.Cause, subject, message string) error {
	data, err := json.Marshal(observation.Note{Cause: cause, Subject: subject, Message: message})
	if err != nil {
		return err
	}
	_, err = b.db.ExecContext(ctx, "INSERT INTO note VALUES (?, ?)", ecosystem, data)
	return err
}

// add indexes one ecosystem. What cannot be read of it is noted.
func (b *builder) add(ctx context.Context, id int64, p part) error {
	stamp, err := p.stamp()
	if err != nil {
		return b.unreadable(ctx, id, p, err)
	}
	before, known := b.old[p.ecosystem]
	if known && before.Stamp == stamp {
		return b.reuse(ctx, id, before, stamp)
	}
	digest, err := p.digest(ctx)
	if err != nil {
		return b.unreadable(ctx, id, p, err)
	}
	if known && before.Digest == digest {
		return b.reuse(ctx, id, before, stamp)
	}
	tx, err := b.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	fill := newFilling(tx, id, p.ecosystem, b.report)
	if err := fill.run(ctx, p); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// A transaction without a journal cannot be rolled back: take out what
		// went in by hand.
		if _, wipe := tx.ExecContext(ctx, "DELETE FROM advisory WHERE ecosystem = ?", id); wipe != nil {
			return wipe
		}
		if commit := tx.Commit(); commit != nil {
			return commit
		}
		if fill.writing {
			return err
		}
		return b.unreadable(ctx, id, p, err)
	}
	if err := fill.finish(ctx, stamp, digest); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	b.read++
	return nil
}

func (b *builder) unreadable(ctx context.Context, id int64, p part, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	b.failed = append(b.failed, fmt.Errorf("%s: %w", p.ecosystem, err))
	cause := observation.CauseBroken
	if errors.Is(err, errTooLarge) {
		cause = observation.CauseOverLimit
	} else if errors.Is(err, fs.ErrNotExist) {
		cause = observation.CauseNotFound
	}
	return b.note(ctx, id, cause, firstOf(p.archive, p.folder),
		fmt.Sprintf("%v; packages of %s stay unknown until it can be read", err, p.ecosystem))
}

// reuse copies an ecosystem from the index before.
func (b *builder) reuse(ctx context.Context, id int64, before row, stamp string) error {
	for _, statement := range []string{
		"INSERT INTO advisory SELECT ?1, name, id, entry FROM before.advisory WHERE ecosystem = ?2 ORDER BY name, id",
		"INSERT INTO day SELECT ?1, modified FROM before.day WHERE ecosystem = ?2",
		"INSERT INTO note SELECT ?1, note FROM before.note WHERE ecosystem = ?2 ORDER BY rowid",
	} {
		if _, err := b.db.ExecContext(ctx, statement, id, before.ID); err != nil {
			return fmt.Errorf("take over from the index before: %w", err)
		}
	}
	b.read++
	b.reused[before.Name] = true
	return insertEcosystem(ctx, b.db, row{ID: id, Stamp: stamp, Digest: before.Digest, Ecosystem: before.Ecosystem})
}

func insertEcosystem(ctx context.Context, db sqlx.ExtContext, r row) error {
	_, err := sqlx.NamedExecContext(ctx, db, `INSERT INTO ecosystem
		VALUES (:id, :name, :stamp, :digest, :records, :malware, :packages, :withdrawn, :broken)`, r)
	return err
}

// parsed is a record file after parsing, ready to be stored.
type parsed struct {
	file      string
	id        string
	modified  int64
	withdrawn bool
	rows      map[string][]byte // entries by package name
	err       error
}

func parse(ecosystem string, b blob) parsed {
	if b.err != nil {
		return parsed{file: b.name, err: b.err}
	}
	r, err := parseRecord(b.data)
	p := parsed{file: b.name, id: r.ID, modified: unix(r.Modified), withdrawn: r.Withdrawn != "", err: err}
	if p.withdrawn || p.id == "" {
		return p
	}
	p.rows = map[string][]byte{}
	for name, e := range r.entries(ecosystem) {
		data, err := json.Marshal(e)
		if err != nil {
			return parsed{file: b.name, err: err}
		}
		p.rows[name] = data
	}
	return p
}

// parseAll parses on all cores and calls store in the order of the archive,
// from this goroutine. Few records are in memory at a time.
func parseAll(ctx context.Context, p part, total func(int), store func(parsed) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	type job struct {
		blob blob
		done chan parsed
	}
	jobs := make(chan job)
	queue := make(chan chan parsed, 4*workers)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for j := range jobs {
				j.done <- parse(p.ecosystem, j.blob)
			}
		})
	}
	var readErr error
	group.Go(func() {
		defer close(queue)
		defer close(jobs)
		readErr = p.read(ctx, total, func(b blob) bool {
			done := make(chan parsed, 1)
			select {
			case queue <- done:
			case <-ctx.Done():
				return false
			}
			jobs <- job{b, done}
			return true
		})
	})
	var storeErr error
	for done := range queue {
		if result := <-done; storeErr == nil {
			if storeErr = store(result); storeErr != nil {
				cancel()
			}
		}
	}
	group.Wait()
	if storeErr != nil {
		return storeErr
	}
	return readErr
}
