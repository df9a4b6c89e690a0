package advisory

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Database is an open index. It may be used by any number of goroutines, and
// the file by any number of processes. The nil Database is one without any
// advisories: every package is unknown to it.
type Database struct {
	index      index
	ecosystems map[string]*chapter // by name
	kev        map[string]bool     // nil where no catalog was read
}

// chapter is what is held in memory of an ecosystem.
type chapter struct {
	ecosystemRow
	names [2]nameSet // of the packages in each table of shelves
}

// Open opens an index that Build wrote.
func Open(ctx context.Context, path string) (*Database, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open the advisory index: %w; build it with `midspan advisories import FOLDER`", err)
	}
	x, err := openIndex(path)
	if err != nil {
		return nil, fmt.Errorf("open the advisory index %s: %w", path, err)
	}
	d := &Database{index: x, ecosystems: map[string]*chapter{}}
	if err := d.load(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("open the advisory index %s: %w; remove it and build it again", path, err), x.Close())
	}
	return d, nil
}

func (d *Database) load(ctx context.Context, path string) error {
	if err := d.index.check(ctx, path); err != nil {
		return err
	}
	rows, err := d.index.rows(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		d.ecosystems[r.Name] = &chapter{ecosystemRow: r}
	}
	var sets []struct {
		Name  string
		Kind  int
		Names nameSet
	}
	if err := d.index.SelectContext(ctx, &sets, "SELECT name, kind, names FROM ecosystem JOIN package ON ecosystem = id"); err != nil {
		return err
	}
	for _, set := range sets {
		d.ecosystems[set.Name].names[set.Kind&1] = set.Names
	}
	var cves []string
	if err := d.index.SelectContext(ctx, &cves, "SELECT cve FROM exploited"); err != nil {
		return err
	}
	if len(cves) > 0 {
		d.kev = make(map[string]bool, len(cves))
	}
	for _, cve := range cves {
		d.kev[cve] = true
	}
	return nil
}

// Info describes the database. Dates after asOf are left out: sources carry
// records "modified" in years to come. A zero asOf leaves out none.
func (d *Database) Info(ctx context.Context, asOf time.Time) (Info, error) {
	if d == nil {
		return Info{}, nil
	}
	info, err := d.index.info(ctx, asOf)
	if err != nil {
		return Info{}, fmt.Errorf("read the advisory index: %w", err)
	}
	return info, nil
}

// Exploited reports whether an id stands in the catalog of known exploited
// vulnerabilities, and known whether such a catalog was read.
func (d *Database) Exploited(id string) (listed, known bool) {
	if d == nil || d.kev == nil {
		return false, false
	}
	return d.kev[strings.ToUpper(id)], true
}

// listed is Exploited for findings: nil where no catalog was read.
func (d *Database) listed() func(id string) bool {
	if d.kev == nil {
		return nil
	}
	return func(id string) bool { return d.kev[strings.ToUpper(id)] }
}

// Fingerprint changes whenever the database could answer a match otherwise.
// It is short, and part of a work key.
func (d *Database) Fingerprint(ctx context.Context) (string, error) {
	if d == nil {
		return "none", nil
	}
	return d.index.fingerprint(ctx)
}

// Fingerprints names, for each ecosystem by its base name ("npm"), the state of
// all that a match of its packages depends on: its records and, because
// findings say whether they are exploited, the KEV catalog. Two databases with
// equal fingerprints for an ecosystem give equal matches of its packages. An
// ecosystem that is not in the database is not in the map.
func (d *Database) Fingerprints(ctx context.Context) (map[string]string, error) {
	if d == nil {
		return nil, nil
	}
	return d.index.fingerprints(ctx)
}

// Close closes the index.
func (d *Database) Close() error {
	if d == nil {
		return nil
	}
	return d.index.Close()
}
