package advisory

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Database is an open index. Any number of goroutines may use it, and any number of
// processes the file. The nil Database holds no advisories: every package is unknown
// to it.
type Database struct {
	index      index
	ecosystems map[string]*loadedEcosystem // by name
	kev        map[string]bool             // nil where no catalog was read
}

// loadedEcosystem is the part of an ecosystem that is kept in memory.
type loadedEcosystem struct {
	ecosystemRow
	names [2]nameSet // of the packages in each table of buckets
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
	d := &Database{index: x, ecosystems: map[string]*loadedEcosystem{}}
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
		d.ecosystems[r.Name] = &loadedEcosystem{ecosystemRow: r}
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

// Info describes the database. Dates after asOf are left out, because sources hold
// records "modified" in the future. A zero asOf leaves out none.
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

// Exploited reports whether an id is listed in the catalog of known exploited
// vulnerabilities. known is false where no catalog was read.
func (d *Database) Exploited(id string) (listed, known bool) {
	if d == nil || d.kev == nil {
		return false, false
	}
	return d.kev[strings.ToUpper(id)], true
}

// kevLookup returns Exploited as a function, or nil where no catalog was read.
func (d *Database) kevLookup() func(id string) bool {
	if d.kev == nil {
		return nil
	}
	return func(id string) bool { return d.kev[strings.ToUpper(id)] }
}

// Fingerprint changes whenever a match could give another result. It is short, and
// part of work keys.
func (d *Database) Fingerprint(ctx context.Context) (string, error) {
	if d == nil {
		return "none", nil
	}
	return d.index.fingerprint(ctx)
}

// Fingerprints returns a fingerprint for each ecosystem, by its base name ("npm"). It
// covers all that a match of the ecosystem's packages depends on: its records and,
// because findings tell whether they are exploited, the KEV catalog. Two databases
// with equal fingerprints for an ecosystem give equal matches of its packages. An
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
