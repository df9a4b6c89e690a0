package advisory

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"
)

// maxChanges is how many changes of one ecosystem an index keeps.
const maxChanges = 64

// fingerprintOf names the state of an ecosystem.
func fingerprintOf(ecosystem, digest, kev string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q %q %q", format, ecosystem, digest, kev))
	return hex.EncodeToString(sum[:8])
}

// ChangedSince returns which packages of an ecosystem may have other advisories than
// at the time when the ecosystem's fingerprint was since. A match of any other package
// gives the same as then. The function is nil where the index does not reach back
// that far.
func (d *Database) ChangedSince(ctx context.Context, ecosystem, since string) (func(name string) bool, error) {
	if d == nil {
		return nil, nil
	}
	names, err := d.index.changedSince(ctx, ecosystem, since)
	if err != nil || names == nil {
		return nil, err
	}
	return func(name string) bool {
		_, ok := names[hash(NormalName(ecosystem, name))]
		return ok
	}, nil
}

// changedSince walks back from the present digest to the one of a fingerprint.
func (x index) changedSince(ctx context.Context, ecosystem, since string) (map[uint64]struct{}, error) {
	var digest, kev string
	err := x.QueryRowxContext(ctx, "SELECT digest, kev_digest FROM ecosystem, about WHERE name = ?", ecosystem).Scan(&digest, &kev)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	names := map[uint64]struct{}{}
	for step := 0; err == nil && step <= maxChanges; step++ {
		if fingerprintOf(ecosystem, digest, kev) == since {
			return names, nil
		}
		var packed []byte
		err = x.QueryRowxContext(ctx, "SELECT before, names FROM change WHERE ecosystem = ? AND after = ? ORDER BY id DESC LIMIT 1", ecosystem, digest).Scan(&digest, &packed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		for ; len(packed) >= 8; packed = packed[8:] {
			names[binary.LittleEndian.Uint64(packed)] = struct{}{}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the advisory index: %w", err)
	}
	return nil, nil
}

// saveChange stores which packages a change of an ecosystem affects.
func saveChange(ctx context.Context, tx *sqlx.Tx, ecosystem, before, after string, changed map[uint64]struct{}) error {
	var packed []byte
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		packed = binary.LittleEndian.AppendUint64(packed, name)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO change (ecosystem, before, after, names) VALUES (?, ?, ?, ?)", ecosystem, before, after, packed); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM change WHERE ecosystem = ? AND id NOT IN (SELECT id FROM change WHERE ecosystem = ? ORDER BY id DESC LIMIT ?)", ecosystem, ecosystem, maxChanges)
	return err
}
