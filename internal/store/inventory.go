package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/varint"
)

// Inventory lists the distinct packages of an observation: each (ecosystem, name,
// version) once, sorted by them. A package has the closest relation of its entries, and
// none of what only an entry has (purl, path, groups).
type Inventory struct {
	Packages []observation.Package
	// Entries counts the entries of each package.
	Entries []int
	// Uses holds the closest run-time use of each package over its entries: one
	// entry may list it for development, another not.
	Uses []observation.Use
}

// relations are ordered from the least to the most known.
var relations = []string{"", observation.Transitive, observation.Direct}

func comparePackages(a, b observation.Package) int {
	return a.Coordinate().Compare(b.Coordinate())
}

// NewInventory merges the entries of an observation.
func NewInventory(entries []observation.Package) Inventory {
	var all Inventory
	for _, entry := range slices.SortedFunc(slices.Values(entries), comparePackages) {
		last := len(all.Packages) - 1
		if last < 0 || comparePackages(all.Packages[last], entry) != 0 {
			last++
			all.Packages = append(all.Packages, observation.Package{Ecosystem: entry.Ecosystem, Name: entry.Name, Version: entry.Version})
			all.Entries, all.Uses = append(all.Entries, 0), append(all.Uses, observation.ForDevelopment)
		}
		all.Entries[last]++
		all.Uses[last] = max(all.Uses[last], entry.Use())
		if relation := &all.Packages[last].Relation; slices.Index(relations, entry.Relation) > slices.Index(relations, *relation) {
			*relation = entry.Relation
		}
	}
	return all
}

// Ecosystems lists the ecosystems of the packages.
func (i Inventory) Ecosystems() []string {
	names := []string{}
	for _, p := range i.Packages {
		if len(names) == 0 || names[len(names)-1] != p.Ecosystem {
			names = append(names, p.Ecosystem)
		}
	}
	return names
}

// pack encodes an inventory so that thousands of packages are decoded in a millisecond:
// each text after its length, each number as a varint. Relation and use share a number.
func (i Inventory) pack() []byte {
	var out []byte
	for n, p := range i.Packages {
		for _, text := range []string{p.Ecosystem, p.Name, p.Version} {
			out = varint.AppendText(out, text)
		}
		out = binary.AppendUvarint(out, uint64(slices.Index(relations, p.Relation))<<useBits|uint64(i.Uses[n]))
		out = binary.AppendUvarint(out, uint64(i.Entries[n]))
	}
	return out
}

// useBits is the number of bits of a use in a packed inventory.
const useBits = 2

var errDamagedInventory = errors.New("a stored inventory ends in the middle of a package")

// unpack decodes the output of pack.
func unpack(packed []byte) (Inventory, error) {
	var all Inventory
	r := varint.Reader{Rest: string(packed)}
	for r.Rest != "" {
		p := observation.Package{Ecosystem: r.Text(), Name: r.Text(), Version: r.Text()}
		relationAndUse, entries := r.Uint(), int(r.Uint())
		relation, use := relationAndUse>>useBits, observation.Use(relationAndUse&(1<<useBits-1))
		if r.Failed || relation >= uint64(len(relations)) {
			return Inventory{}, errDamagedInventory
		}
		p.Relation = relations[relation]
		all.Packages, all.Entries, all.Uses = append(all.Packages, p), append(all.Entries, entries), append(all.Uses, use)
	}
	return all, nil
}

// putInventory stores the packages of an observation.
func putInventory(ctx context.Context, tx transaction, key string, entries []observation.Package) error {
	distinct := NewInventory(entries)
	return tx.run(ctx, `INSERT INTO inventories (work_key, ecosystems, packages, entries) VALUES (?, ?, ?, ?) ON CONFLICT (work_key)
		DO UPDATE SET ecosystems = excluded.ecosystems, packages = excluded.packages, entries = excluded.entries`,
		key, jsonValue{distinct.Ecosystems()}, distinct.pack(), jsonValue{entries})
}

// Inventory returns the distinct packages of the observation under a work key, or
// ErrNotFound where it has no packages.
func (s *Store) Inventory(ctx context.Context, key string) (Inventory, error) {
	packed, found, err := s.packedAhead(ctx, storedKey(key))
	if err == nil && !found {
		err = s.db.get(ctx, &packed, `SELECT packages FROM inventories WHERE work_key = ?`, storedKey(key))
	}
	if err != nil {
		return Inventory{}, notFound(err)
	}
	if packed == nil {
		entries, err := s.Entries(ctx, key)
		return NewInventory(entries), err
	}
	all, err := unpack(*packed)
	if err != nil {
		return Inventory{}, fmt.Errorf("%s: %w", key, err)
	}
	return all, nil
}

// Ecosystems returns the ecosystems of an inventory, or ErrNotFound.
func (s *Store) Ecosystems(ctx context.Context, key string) ([]string, error) {
	var names []string
	document, found, err := s.ecosystemsAhead(ctx, storedKey(key))
	return names, s.decodeOr(ctx, &names, document, found, err, `SELECT ecosystems FROM inventories WHERE work_key = ?`, storedKey(key))
}

// Entries returns the packages of the observation under a work key, one entry for each
// place that lists a package; nil where it has no inventory.
func (s *Store) Entries(ctx context.Context, key string) ([]observation.Package, error) {
	var entries []observation.Package
	err := s.getJSON(ctx, &entries, `SELECT entries FROM inventories WHERE work_key = ?`, storedKey(key))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return entries, err
}
