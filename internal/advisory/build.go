package advisory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
	folder, err := os.MkdirTemp(filepath.Dir(path), ".advisories-")
	if err != nil {
		return Info{}, fmt.Errorf("write the advisory index beside %s: %w", path, err)
	}
	defer os.RemoveAll(folder)
	draft := filepath.Join(folder, "index")
	err = errDamagedIndex
	var info Info
	if copyIndex(ctx, path, draft) == nil {
		info, err = buildDraft(ctx, source, found, draft, report)
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, errNoEcosystem) {
		// There is no index that could be brought up to date: build it anew.
		if err = makeIndex(ctx, draft); err == nil {
			info, err = buildDraft(ctx, source, found, draft, report)
		}
	}
	if err != nil {
		return Info{}, fmt.Errorf("index the advisories of %s: %w", source, err)
	}
	if err := os.Rename(draft, path); err != nil {
		return Info{}, fmt.Errorf("put the advisory index in place: %w", err)
	}
	return info, nil
}

// copyIndex makes a draft of an index that can be used.
func copyIndex(ctx context.Context, path, draft string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	x, err := openIndex(path)
	if err != nil {
		return err
	}
	defer x.Close()
	if err := x.check(ctx, path); err != nil {
		return err
	}
	return copyFile(path, draft, nil)
}

// makeIndex makes an empty draft.
func makeIndex(ctx context.Context, draft string) error {
	if err := os.RemoveAll(draft); err != nil {
		return err
	}
	db, err := openDraft(draft)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d;", format)+schema)
	return errors.Join(err, db.Close())
}

// openDraft opens an index to be written. A draft is thrown away if anything
// fails, so it needs no journal.
func openDraft(draft string) (index, error) {
	db, err := openSQLite(draft, "_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-1024)&_pragma=locking_mode(EXCLUSIVE)")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// errNoEcosystem is for a source of which nothing can be read.
var errNoEcosystem = errors.New("no ecosystem could be read")

// buildDraft brings a draft up to its source.
func buildDraft(ctx context.Context, source string, found []part, draft string, report func(Progress)) (Info, error) {
	db, err := openDraft(draft)
	if err != nil {
		return Info{}, err
	}
	defer db.Close()
	b := &builder{db: db, report: report, desk: newDesk(), reused: map[string]bool{}}
	if err := b.start(ctx, found); err != nil {
		return Info{}, err
	}
	if err := b.about(ctx, source); err != nil {
		return Info{}, err
	}
	for _, p := range found {
		if err := b.add(ctx, p); err != nil {
			return Info{}, fmt.Errorf("%s: %w", p.ecosystem, err)
		}
	}
	if b.read == 0 {
		return Info{}, fmt.Errorf("%w: %w", errNoEcosystem, errors.Join(b.failed...))
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
	if err != nil || len(failed) > 0 || x.check(ctx, path) != nil {
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

// builder brings a draft up to its source.
type builder struct {
	db     index
	report func(Progress)
	desk   *desk
	old    map[string]ecosystemRow // what the draft began with, by name
	last   int64                   // the highest id of an ecosystem
	reused map[string]bool
	read   int // ecosystems that could be read
	failed []error
}

// start takes out of the draft what will be written again, and ecosystems that
// the source no longer has.
func (b *builder) start(ctx context.Context, found []part) error {
	rows, err := b.db.rows(ctx)
	if err != nil {
		return err
	}
	b.old = map[string]ecosystemRow{}
	for _, r := range rows {
		b.old[r.Name] = r
		b.last = max(b.last, r.ID)
	}
	if _, err := b.db.ExecContext(ctx, "DELETE FROM about; DELETE FROM exploited; DELETE FROM note WHERE ecosystem NOT IN (SELECT name FROM ecosystem)"); err != nil {
		return err
	}
	for _, r := range rows {
		if !slices.ContainsFunc(found, func(p part) bool { return p.ecosystem == r.Name }) {
			if err := b.drop(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// drop takes an ecosystem out of the draft.
func (b *builder) drop(ctx context.Context, r ecosystemRow) error {
	tx, err := b.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	s := shelves{tx: tx, ecosystem: r.ID, desk: b.desk}
	if err := errors.Join(dropAbout(ctx, tx, r), s.clear(ctx)); err != nil {
		return err
	}
	return tx.Commit()
}

// dropAbout takes out all of an ecosystem but its entries.
func dropAbout(ctx context.Context, tx *sqlx.Tx, r ecosystemRow) error {
	_, err := tx.NamedExecContext(ctx, "DELETE FROM ecosystem WHERE id = :id", r)
	for _, statement := range []string{"DELETE FROM member WHERE ecosystem = :id", "DELETE FROM day WHERE ecosystem = :id", "DELETE FROM package WHERE ecosystem = :id", "DELETE FROM note WHERE ecosystem = :name"} {
		if err == nil {
			_, err = tx.NamedExecContext(ctx, statement, r)
		}
	}
	return err
}

// about stores the source and the KEV catalog.
func (b *builder) about(ctx context.Context, source string) error {
	catalog, err := readKEV(source)
	if err != nil {
		subject := filepath.Join(source, kevFile)
		if err := b.note(ctx, "", observation.CauseBroken, subject, fmt.Sprintf("%v; whether an advisory is exploited stays unknown; fetch the catalog again", err)); err != nil {
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
		err = errors.Join(err, b.note(ctx, "", n.Cause, n.Subject, n.Message))
	}
	return err
}

func (b *builder) note(ctx context.Context, ecosystem string, cause observation.Cause, subject, message string) error {
	return insertNote(ctx, b.db, ecosystem, observation.Note{Cause: cause, Subject: subject, Message: message})
}

// add brings one ecosystem up to its part of the source. What cannot be read
// of it is noted.
func (b *builder) add(ctx context.Context, p part) error {
	before, known := b.old[p.ecosystem]
	stamp, err := p.stamp()
	if err != nil {
		return b.unreadable(ctx, p, err)
	}
	if known && before.Stamp == stamp {
		return b.reuse(ctx, before, stamp)
	}
	from, err := p.open()
	if err != nil {
		return b.unreadable(ctx, p, err)
	}
	defer from.close()
	listed, err := from.list(ctx)
	if err != nil {
		return b.unreadable(ctx, p, err)
	}
	if known && before.Digest == listed.digest {
		return b.reuse(ctx, before, stamp)
	}
	if !known {
		b.last++
		before = ecosystemRow{ID: b.last, Ecosystem: Ecosystem{Name: p.ecosystem}}
	}
	err = b.fill(ctx, from, listed, before, stamp)
	if unusable(err) {
		if err := b.drop(ctx, before); err != nil {
			return err
		}
		delete(b.old, p.ecosystem)
		return b.unreadable(ctx, p, err)
	}
	return err
}

// fill reads the members that changed.
func (b *builder) fill(ctx context.Context, from *supply, listed *listing, before ecosystemRow, stamp string) error {
	tx, err := b.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	f := &filling{
		shelves: &shelves{tx: tx, ecosystem: before.ID, counts: before.counts(), pieces: before.Pieces, desk: b.desk, touched: map[uint64]struct{}{}},
		from:    from, listing: listed, report: b.report,
	}
	err = f.begin(ctx)
	if err == nil {
		err = dropAbout(ctx, tx, before)
	}
	if err == nil {
		err = f.run(ctx)
	}
	if err == nil {
		err = f.finish(ctx, tx, stamp)
	}
	if err == nil && f.shelves.touched != nil {
		err = saveChange(ctx, tx, before.Name, before.Digest, f.fingerprint(), f.shelves.touched)
	}
	if err != nil && !unusable(err) {
		return err
	}
	// Without a journal nothing can be rolled back: what cannot be used is dropped after.
	if err := errors.Join(err, tx.Commit()); err != nil {
		return err
	}
	b.read++
	return nil
}

// unusable tells what is wrong with an ecosystem from what is wrong with the index.
func unusable(err error) bool {
	return errors.Is(err, errNoRecord) || errors.Is(err, errTooLarge)
}

func (b *builder) unreadable(ctx context.Context, p part, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if before, known := b.old[p.ecosystem]; known {
		if err := b.drop(ctx, before); err != nil {
			return err
		}
	}
	b.failed = append(b.failed, fmt.Errorf("%s: %w", p.ecosystem, err))
	cause := observation.CauseBroken
	if errors.Is(err, errTooLarge) {
		cause = observation.CauseOverLimit
	} else if errors.Is(err, fs.ErrNotExist) {
		cause = observation.CauseNotFound
	}
	return b.note(ctx, p.ecosystem, cause, firstOf(p.archive, p.folder),
		fmt.Sprintf("%v; packages of %s stay unknown until it can be read", err, p.ecosystem))
}

// reuse leaves an ecosystem as it is.
func (b *builder) reuse(ctx context.Context, before ecosystemRow, stamp string) error {
	b.read++
	b.reused[before.Name] = true
	_, err := b.db.ExecContext(ctx, "UPDATE ecosystem SET stamp = ? WHERE id = ?", stamp, before.ID)
	return err
}
