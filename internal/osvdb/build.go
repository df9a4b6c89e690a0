package osvdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb/record"
)

// Build reads a folder in the OSV layout and writes the index file path. From an
// index that exists at path it reuses what has not changed. The new index replaces
// the old one only when it is complete. Several processes may build at once: the
// last one wins.
//
// A record, an archive or a KEV catalog that cannot be read becomes a note of the
// Info, and the rest is indexed. An error is returned for a folder without any
// readable ecosystem, and for a path that cannot be written. now tells records that were
// withdrawn from those that name a time to come.
func Build(ctx context.Context, source, path string, now time.Time) (Info, error) {
	found, err := findEcosystems(source)
	if err != nil {
		return Info{}, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return Info{}, fmt.Errorf("make the folder of the advisory index: %w", err)
	}
	if info, ok := upToDate(ctx, source, found, path); ok {
		return info, nil
	}
	folder, err := os.MkdirTemp(filepath.Dir(path), ".advisories-")
	if err != nil {
		return Info{}, fmt.Errorf("write the advisory index beside %s: %w", path, err)
	}
	defer os.RemoveAll(folder)
	draft := filepath.Join(folder, "index")
	err = record.ErrDamaged
	var info Info
	if copyIndex(ctx, path, draft) == nil {
		info, err = buildDraft(ctx, source, found, draft, now)
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, errNoEcosystem) {
		// There is no index that could be updated: build a new one.
		if err = makeIndex(ctx, draft); err == nil {
			info, err = buildDraft(ctx, source, found, draft, now)
		}
	}
	if err != nil {
		return Info{}, fmt.Errorf("index the advisories of %s: %w", source, err)
	}
	if err := seal(draft); err != nil {
		return Info{}, fmt.Errorf("seal the advisory index: %w", err)
	}
	if err := os.Rename(draft, path); err != nil {
		return Info{}, fmt.Errorf("put the advisory index in place: %w", err)
	}
	return info, nil
}

// copyIndex makes a draft from a usable index.
func copyIndex(ctx context.Context, path, draft string) error {
	f, err := openFinished(ctx, path)
	if err != nil {
		return err
	}
	defer f.Close()
	index, err := files.Open(path)
	if err != nil {
		return err
	}
	defer index.Close()
	return files.Write(draft, func(w io.Writer) error { _, err := io.Copy(w, index); return err })
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

// openDraft opens an index for writing. A draft is removed if anything fails, so it
// needs no journal.
func openDraft(draft string) (indexFile, error) {
	db, err := openSQLite(draft, "_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-1024)&_pragma=locking_mode(EXCLUSIVE)")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// errNoEcosystem is returned for a source of which nothing can be read.
var errNoEcosystem = errors.New("no ecosystem could be read")

// buildDraft updates a draft from its source.
func buildDraft(ctx context.Context, source string, found []ecosystemFolder, draft string, now time.Time) (Info, error) {
	db, err := openDraft(draft)
	if err != nil {
		return Info{}, err
	}
	defer db.Close()
	b := &builder{db: db, now: now, buffer: newWriteBuffer(), reused: map[string]bool{}}
	if err := b.prepare(ctx, found); err != nil {
		return Info{}, err
	}
	if err := b.writeAbout(ctx, source); err != nil {
		return Info{}, err
	}
	for _, folder := range found {
		if err := b.updateEcosystem(ctx, folder); err != nil {
			return Info{}, fmt.Errorf("%s: %w", folder.ecosystem, err)
		}
	}
	if b.read == 0 {
		return Info{}, fmt.Errorf("%w: %w", errNoEcosystem, errors.Join(b.failed...))
	}
	info, err := db.info(ctx, noAsOf)
	if err != nil {
		return Info{}, err
	}
	for i := range info.Ecosystems {
		info.Ecosystems[i].Reused = b.reused[info.Ecosystems[i].Name]
	}
	return info, db.Close()
}

// upToDate describes the existing index where nothing of the source has changed since.
func upToDate(ctx context.Context, source string, found []ecosystemFolder, path string) (Info, bool) {
	f, err := openFinished(ctx, path)
	if err != nil {
		return Info{}, false
	}
	defer f.Close()
	failed, err := fetchNotes(source)
	if err != nil || len(failed) > 0 {
		return Info{}, false
	}
	rows, err := f.rows(ctx)
	if err != nil || len(rows) != len(found) {
		return Info{}, false
	}
	for i, folder := range found {
		if stamp, err := folder.stamp(); err != nil || rows[i].Name != folder.ecosystem || rows[i].Stamp != stamp {
			return Info{}, false
		}
	}
	catalog, err := readKEV(source)
	if err != nil || !f.builtFrom(ctx, source, catalog.digest()) {
		return Info{}, false
	}
	info, err := f.info(ctx, noAsOf)
	for i := range info.Ecosystems {
		info.Ecosystems[i].Reused = true
	}
	return info, err == nil
}

// builder updates a draft from its source.
type builder struct {
	db       indexFile
	now      time.Time
	buffer   *writeBuffer
	previous map[string]ecosystemRow // the ecosystems of the copied index, by name
	last     int64                   // the highest id of an ecosystem so far
	reused   map[string]bool
	read     int // how many ecosystems could be read
	failed   []error
}

// prepare removes from the draft what will be written again, and ecosystems that the
// source no longer has.
func (b *builder) prepare(ctx context.Context, found []ecosystemFolder) error {
	rows, err := b.db.rows(ctx)
	if err != nil {
		return err
	}
	b.previous = map[string]ecosystemRow{}
	for _, r := range rows {
		b.previous[r.Name] = r
		b.last = max(b.last, r.ID)
	}
	const clear = "DELETE FROM about; DELETE FROM exploited; DELETE FROM note WHERE ecosystem NOT IN (SELECT name FROM ecosystem)"
	if _, err := b.db.ExecContext(ctx, clear); err != nil {
		return err
	}
	for _, r := range rows {
		if !slices.ContainsFunc(found, func(folder ecosystemFolder) bool { return folder.ecosystem == r.Name }) {
			if err := b.dropEcosystem(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropEcosystem removes an ecosystem from the draft.
func (b *builder) dropEcosystem(ctx context.Context, r ecosystemRow) error {
	tx, err := b.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	s := buckets{tx: tx, ecosystem: r.ID, writeBuffer: b.buffer}
	if err := errors.Join(dropDescription(ctx, tx, r), s.clear(ctx)); err != nil {
		return err
	}
	return tx.Commit()
}

// dropDescription removes all of an ecosystem but its entries.
func dropDescription(ctx context.Context, tx *sqlx.Tx, r ecosystemRow) error {
	_, err := tx.NamedExecContext(ctx, "DELETE FROM ecosystem WHERE id = :id", r)
	for _, statement := range []string{
		"DELETE FROM member WHERE ecosystem = :id", "DELETE FROM day WHERE ecosystem = :id",
		"DELETE FROM package WHERE ecosystem = :id", "DELETE FROM note WHERE ecosystem = :name",
	} {
		if err == nil {
			_, err = tx.NamedExecContext(ctx, statement, r)
		}
	}
	return err
}

// writeAbout stores the source and the KEV catalog.
func (b *builder) writeAbout(ctx context.Context, source string) error {
	catalog, err := readKEV(source)
	if err != nil {
		subject := filepath.Join(source, kevFile)
		message := fmt.Sprintf("%v; whether an advisory is exploited stays unknown; fetch the catalog again", err)
		if err := b.note(ctx, "", observation.CauseBroken, subject, message); err != nil {
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

// updateEcosystem updates one ecosystem from its folder. What cannot be read becomes a
// note.
func (b *builder) updateEcosystem(ctx context.Context, folder ecosystemFolder) error {
	before, known := b.previous[folder.ecosystem]
	stamp, err := folder.stamp()
	if err != nil {
		return b.noteUnreadable(ctx, folder, err)
	}
	if known && before.Stamp == stamp {
		return b.reuse(ctx, before, stamp)
	}
	from, err := folder.open()
	if err != nil {
		return b.noteUnreadable(ctx, folder, err)
	}
	defer from.close()
	listed, err := from.list(ctx)
	if err != nil {
		return b.noteUnreadable(ctx, folder, err)
	}
	if known && before.Digest == listed.digest {
		return b.reuse(ctx, before, stamp)
	}
	if !known {
		b.last++
		before = ecosystemRow{ID: b.last, Ecosystem: Ecosystem{Name: folder.ecosystem}}
	}
	err = b.readChanged(ctx, from, listed, before, stamp)
	if isUnusable(err) {
		if err := b.dropEcosystem(ctx, before); err != nil {
			return err
		}
		delete(b.previous, folder.ecosystem)
		return b.noteUnreadable(ctx, folder, err)
	}
	return err
}

// readChanged reads the members that changed.
func (b *builder) readChanged(ctx context.Context, from *ecosystemReader, listed *listing, before ecosystemRow, stamp string) error {
	tx, err := b.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	u := &ecosystemUpdate{
		buckets: &buckets{tx: tx, ecosystem: before.ID, counts: before.counts(), segments: before.Segments, writeBuffer: b.buffer, changed: map[uint64]struct{}{}},
		source:  from, listing: listed, now: b.now,
	}
	err = u.prepare(ctx)
	if err == nil {
		err = dropDescription(ctx, tx, before)
	}
	if err == nil {
		err = u.run(ctx)
	}
	if err == nil {
		err = u.finish(ctx, tx, stamp)
	}
	if err == nil && u.buckets.changed != nil {
		err = saveChange(ctx, tx, before.Name, before.Digest, u.fingerprint(), u.buckets.changed)
	}
	if err != nil && !isUnusable(err) {
		return err
	}
	// Without a journal nothing can be rolled back. The caller drops an unusable ecosystem.
	if err := errors.Join(err, tx.Commit()); err != nil {
		return err
	}
	b.read++
	return nil
}

// isUnusable tells an error in the source of an ecosystem from one in the index.
func isUnusable(err error) bool {
	return errors.Is(err, errNoRecord) || errors.Is(err, errTooLarge)
}

func (b *builder) noteUnreadable(ctx context.Context, folder ecosystemFolder, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if before, known := b.previous[folder.ecosystem]; known {
		if err := b.dropEcosystem(ctx, before); err != nil {
			return err
		}
	}
	b.failed = append(b.failed, fmt.Errorf("%s: %w", folder.ecosystem, err))
	cause := observation.CauseBroken
	if errors.Is(err, errTooLarge) {
		cause = observation.CauseOverLimit
	} else if errors.Is(err, fs.ErrNotExist) {
		cause = observation.CauseNotFound
	}
	return b.note(ctx, folder.ecosystem, cause, cmp.Or(folder.archive, folder.path),
		fmt.Sprintf("%v; packages of %s stay unknown until it can be read", err, folder.ecosystem))
}

// reuse keeps an ecosystem of the previous index.
func (b *builder) reuse(ctx context.Context, before ecosystemRow, stamp string) error {
	b.read++
	b.reused[before.Name] = true
	_, err := b.db.ExecContext(ctx, "UPDATE ecosystem SET stamp = ? WHERE id = ?", stamp, before.ID)
	return err
}
