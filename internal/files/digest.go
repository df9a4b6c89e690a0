package files

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"os"
	"slices"
)

// Digests are the SHA-256 sums of files as they were written, in hex, by name. A file has
// two while it is replaced: that of the old one and that of the new one.
type Digests map[string][]string

// With is both together.
func (d Digests) With(more Digests) Digests {
	all := maps.Clone(d)
	if all == nil {
		all = Digests{}
	}
	for name, sums := range more {
		all[name] = append(slices.Clone(all[name]), sums...)
	}
	return all
}

// Of is what is there of some names, each sum once.
func (d Digests) Of(names []string) Digests {
	some := Digests{}
	for _, name := range names {
		if sums := d[name]; len(sums) > 0 {
			some[name] = slices.Compact(slices.Sorted(slices.Values(sums)))
		}
	}
	return some
}

// Replace sets those of some names.
func (d Digests) Replace(names []string, by Digests) Digests {
	all := d.With(nil)
	for _, name := range names {
		all[name] = by[name]
	}
	return all
}

// DigestIn is the digest of a file below an open folder.
func DigestIn(root *os.Root, name string) (string, error) {
	file, err := OpenIn(root, name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	return hex.EncodeToString(sum.Sum(nil)), err
}
