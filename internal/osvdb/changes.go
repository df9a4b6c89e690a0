package osvdb

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/internal/observation"
)

// maxChanges is how many changes of one ecosystem an index keeps.
const maxChanges = 64

// ChangedSince returns which packages of an ecosystem may have other advisories than at
// the time when the ecosystem's state was since. A match of any other package gives the
// same as then. The function is nil where the index does not reach back that far.
func (x *Index) ChangedSince(ctx context.Context, ecosystem, since string) (func(name string) bool, error) {
	in := x.ecosystems[ecosystem]
	if in == nil {
		return nil, nil
	}
	names, err := x.file.changedSince(ctx, in.ecosystemRow, x.kevDigest, since)
	if err != nil {
		return nil, fmt.Errorf("read the advisory index: %w", err)
	}
	if names == nil {
		return nil, nil
	}
	return func(name string) bool {
		_, ok := names[hash(observation.NormalName(ecosystem, name))]
		return ok
	}, nil
}

// changedSince walks back from the present digest to that of a state. It returns the
// hashed names of packages, nil where it does not find the state.
func (f indexFile) changedSince(ctx context.Context, in ecosystemRow, kev, since string) (map[uint64]struct{}, error) {
	names, digest := map[uint64]struct{}{}, in.Digest
	for range maxChanges + 1 {
		if stateOf(in.Name, digest, kev) == since {
			return names, nil
		}
		var hashes []byte
		err := f.QueryRowxContext(ctx, "SELECT before, names FROM change WHERE ecosystem = ? AND after = ? ORDER BY id DESC LIMIT 1", in.Name, digest).Scan(&digest, &hashes)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for ; len(hashes) >= 8; hashes = hashes[8:] {
			names[binary.LittleEndian.Uint64(hashes)] = struct{}{}
		}
	}
	return nil, nil
}

// saveChange stores which packages a change of an ecosystem affects.
func saveChange(ctx context.Context, tx *sqlx.Tx, ecosystem, before, after string, changed map[uint64]struct{}) error {
	var hashes []byte
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		hashes = binary.LittleEndian.AppendUint64(hashes, name)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO change (ecosystem, before, after, names) VALUES (?, ?, ?, ?)", ecosystem, before, after, hashes); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM change WHERE ecosystem = ? AND id NOT IN (SELECT id FROM change WHERE ecosystem = ? ORDER BY id DESC LIMIT ?)", ecosystem, ecosystem, maxChanges)
	return err
}
