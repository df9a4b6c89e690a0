package locks

import (
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// gemSpec reads "name (1.0-x86_64-linux)": the name, the version, and the version with
// its platform.
func gemSpec(text string) (name, version, full string) {
	name, rest, _ := strings.Cut(text, " (")
	full = strings.TrimSuffix(rest, ")")
	version, _, _ = strings.Cut(full, "-")
	return name, version, full
}

// gemLock is what the lines of a Gemfile.lock say.
type gemLock struct {
	order []observation.NameVersion
	needs map[observation.NameVersion][]string
	files map[observation.NameVersion][]observation.LockedFile
}

// rubyContents reads a Gemfile.lock. Bundler itself needs not be in it.
func rubyContents(dir folder, manifest string) []observation.Locked {
	data, ok := dir.read(manifest)
	if !ok {
		return nil
	}
	lock := readGemLock(strings.ReplaceAll(string(data), "\r\n", "\n"))
	names := oneOf{}
	for _, at := range lock.order {
		names.add(at.Name, at)
	}
	var packages []observation.Locked
	for _, at := range lock.order {
		p := observation.Locked{Name: at.Name, Version: at.Version, Files: lock.files[at]}
		n := newNeeder()
		for _, need := range lock.needs[at] {
			n.add(names.find(need))
		}
		n.set(&p)
		packages = append(packages, p)
	}
	return packages
}

func readGemLock(text string) gemLock {
	lock := gemLock{needs: map[observation.NameVersion][]string{}, files: map[observation.NameVersion][]observation.LockedFile{}}
	section := ""
	var open observation.NameVersion
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \n")
		content := strings.TrimLeft(line, " ")
		depth := len(line) - len(content)
		switch {
		case content == "":
		case depth == 0:
			section, open = content, observation.NameVersion{}
		case section == "CHECKSUMS" && depth == 2:
			lock.checksum(content)
		case section != "GEM" && section != "GIT" && section != "PATH" && section != "PLUGIN SOURCE":
		case depth == 4:
			name, version, _ := gemSpec(content)
			open = observation.NameVersion{Name: name, Version: version}
			if _, seen := lock.needs[open]; !seen { // else it is of another platform
				lock.order, lock.needs[open] = append(lock.order, open), []string{}
			}
		case depth == 6 && open.Name != "":
			need, _, _ := gemSpec(content)
			lock.needs[open] = append(lock.needs[open], strings.TrimSuffix(need, "!"))
		}
	}
	return lock
}

// checksum reads "name (1.0) sha256=…", with commas between several.
func (l gemLock) checksum(line string) {
	spec, sums, found := strings.Cut(line, ") ")
	if !found {
		return
	}
	name, version, full := gemSpec(spec + ")")
	at := observation.NameVersion{Name: name, Version: version}
	for sum := range strings.SplitSeq(sums, ",") {
		algorithm, digits, _ := strings.Cut(strings.TrimSpace(sum), "=")
		l.files[at] = append(l.files[at], fileOf(name+"-"+full+".gem", algorithm, digits)...)
	}
}
