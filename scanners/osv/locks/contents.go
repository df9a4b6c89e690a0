package locks

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// A contentReader reads what one lockfile says of packages beside their names and
// versions. The names and versions are those of the inventory. It returns nil where the
// file cannot be read: nothing is guessed.
type contentReader func(dir folder, lock string) []observation.Locked

// contentReaders are by the base name of the lockfile. A pubspec.lock and a Pipfile.lock
// tell no graph, a go.mod none that can be had without the network.
func contentReaders() map[string]contentReader {
	return map[string]contentReader{
		"package-lock.json":   npmContents,
		"npm-shrinkwrap.json": npmContents,
		"yarn.lock":           yarnContents,
		"pnpm-lock.yaml":      pnpmContents,
		"Cargo.lock":          cargoContents,
		"Pipfile.lock":        pipfileContents,
		"poetry.lock":         poetryContents,
		"uv.lock":             uvContents,
		"composer.lock":       composerContents,
		"go.mod":              goContents,
		"go.sum":              goContents,
		"Gemfile.lock":        rubyContents,
		"gems.locked":         rubyContents,
		"packages.lock.json":  nugetContents,
		"pubspec.lock":        pubContents,
		"mix.lock":            mixContents,
	}
}

// Contents reads a lockfile of an inventory, by its path. It is false for one that cannot
// be read, and for a format that says nothing more than the inventory holds.
func Contents(files fs.FS, lock string) (observation.Lock, bool) {
	read, ok := contentReaders()[path.Base(lock)]
	if !ok {
		return observation.Lock{}, false
	}
	packages := read(folder{files, path.Dir(lock)}, path.Base(lock))
	slices.SortStableFunc(packages, compareLocked)
	return observation.Lock{Path: lock, Packages: packages}, len(packages) > 0
}

// needer gathers what one package needs, and whether all of it was found.
type needer struct {
	needs []observation.NameVersion
	graph observation.Graph
}

func newNeeder() *needer { return &needer{graph: observation.GraphWhole} }

// add adds what was found of one need.
func (n *needer) add(found observation.NameVersion, ok bool) {
	if !ok {
		n.graph = observation.GraphPartly
		return
	}
	n.needs = append(n.needs, found)
}

// set writes what was gathered into an entry, each need once and in order.
func (n *needer) set(p *observation.Locked) {
	slices.SortFunc(n.needs, compareNameVersion)
	p.Needs, p.Graph = slices.Compact(n.needs), n.graph
}

// compareLocked puts packages in an order that does not depend on that of a map.
func compareLocked(a, b observation.Locked) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version), strings.Compare(a.Digest, b.Digest),
		slices.Compare(a.Licenses, b.Licenses), slices.CompareFunc(a.Files, b.Files, func(x, y observation.LockedFile) int {
			return cmp.Or(strings.Compare(x.Name, y.Name), slices.CompareFunc(x.Hashes, y.Hashes, func(h, i observation.Hash) int {
				return cmp.Or(cmp.Compare(h.Algorithm, i.Algorithm), strings.Compare(h.Value, i.Value))
			}))
		}))
}

func compareNameVersion(a, b observation.NameVersion) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version))
}

// oneOf finds a package by its name alone. It is false where a lockfile holds several
// versions: which of them is meant would be guessed.
type oneOf map[string][]observation.NameVersion

func (o oneOf) add(key string, p observation.NameVersion) {
	if have := o[key]; len(have) < 2 && !slices.Contains(have, p) { // two are as good as many
		o[key] = append(have, p)
	}
}

func (o oneOf) find(key string) (observation.NameVersion, bool) {
	if found := o[key]; len(found) == 1 {
		return found[0], true
	}
	return observation.NameVersion{}, false
}

// hashLengths are the numbers of bytes of hashes.
var hashLengths = map[observation.HashAlgorithm]int{
	observation.MD5: 16, observation.SHA1: 20, observation.SHA256: 32, observation.SHA384: 48, observation.SHA512: 64,
}

// hashOf is a hash of as many hexadecimal digits as its function gives.
func hashOf(algorithm, digits string) (observation.Hash, bool) {
	h := observation.Hash{Algorithm: observation.HashAlgorithm(strings.ToUpper(strings.ReplaceAll(algorithm, "-", ""))), Value: strings.ToLower(digits)}
	sum, err := hex.DecodeString(h.Value)
	return h, err == nil && len(sum) > 0 && len(sum) == hashLengths[h.Algorithm]
}

// fileOf is an archive with one hash; nil where the text is none.
func fileOf(name, algorithm, digits string) []observation.LockedFile {
	h, ok := hashOf(algorithm, digits)
	if !ok {
		return nil
	}
	return []observation.LockedFile{{Name: name, Hashes: []observation.Hash{h}}}
}

// prefixedFile is an archive whose hash is written "sha256:…". Of an address only the name
// of the file is kept: the rest may hold a password.
func prefixedFile(address, text string) []observation.LockedFile {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	algorithm, digits, _ := strings.Cut(text, ":")
	return fileOf(address[strings.LastIndexByte(address, '/')+1:], algorithm, digits)
}

// integrity reads hashes as Subresource Integrity writes them ("sha512-…" in base64, with
// blanks between several, https://www.w3.org/TR/SRI/). Where one function gives two
// hashes, either is accepted, so that neither is that of the archive.
func integrity(text string) []observation.Hash {
	var hashes []observation.Hash
	for one := range strings.FieldsSeq(text) {
		one, _, _ = strings.Cut(one, "?")
		algorithm, encoded, _ := strings.Cut(one, "-")
		sum, err := base64.StdEncoding.DecodeString(encoded)
		h, ok := hashOf(algorithm, hex.EncodeToString(sum))
		if err != nil || !ok {
			continue
		}
		if slices.Contains(hashes, h) {
			continue
		}
		if slices.ContainsFunc(hashes, func(other observation.Hash) bool { return other.Algorithm == h.Algorithm }) {
			return nil
		}
		hashes = append(hashes, h)
	}
	return hashes
}

// integrityFile is the one archive of a package by its integrity.
func integrityFile(text string) []observation.LockedFile {
	if hashes := integrity(text); len(hashes) > 0 {
		return []observation.LockedFile{{Hashes: hashes}}
	}
	return nil
}
