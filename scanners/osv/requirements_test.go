package osv_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// Only an exact pin says what is installed: a range has a lowest version that nobody need have.
func TestARangeInRequirementsIsAPackageWithoutAVersion(t *testing.T) {
	var text strings.Builder
	var want []string
	for _, c := range []struct{ line, listed string }{
		{"a>=1.0", "a"}, {"b~=2.1", "b"}, {"c<=3", "c"}, {"d>3", "d"}, {"e<3", "e"}, {"f!=1.5", "f"}, {"g>=1.0,<2.0", "g"}, {"h==1.*", "h"}, {"i", "i"},
		{"j[x] >= 1.0 ; python_version < '3'", "j"}, {"k>=1.0 --hash=sha256:aa", "k"}, {"l==1.0", "l 1.0"}, {"m===1.0", "m 1.0"}, {"n == 1.0  # why", "n 1.0"},
		{"o[x]==1.0 ; python_version < '3'", "o 1.0"},
	} {
		long := strings.Repeat(c.line[:1], 3)
		text.WriteString(long + c.line[1:] + "\n")
		want = append(want, "requirements.txt "+long+c.listed[1:], "top/requirements.txt "+long+c.listed[1:])
	}
	slices.Sort(want)
	checkListed(t, scan(t, commit(t, map[string]string{"requirements.txt": text.String(), "top/requirements.txt": "-r ../included.list\n", "included.list": text.String()})), want...)
}

// A name with a dot is a name: the extractor drops such lines.
func TestANameWithADotKeepsItsExactVersion(t *testing.T) {
	checkListed(t, scan(t, commit(t, map[string]string{"requirements.txt": "ruamel.yaml==0.15.0\nzope.interface[test]===5.0 ; python_version > '3' --hash=sha256:aa\n" +
		"jaraco.text==1.*\nbackports.csv>=1.0\nleft==1.0\n"})),
		"requirements.txt backports-csv", "requirements.txt jaraco-text", "requirements.txt left 1.0", "requirements.txt ruamel-yaml 0.15.0", "requirements.txt zope-interface 5.0")
}

// What a constraint names need not be installed.
func TestAConstraintIsNoPackageBesideAnotherManifest(t *testing.T) {
	const pinned = "left==1.0\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"in another folder":          {map[string]string{"a/requirements.txt": "flask==1.0\n", "deploy/constraints.txt": pinned}, []string{"a/requirements.txt flask 1.0"}},
		"beside it":                  {map[string]string{"requirements.txt": "-c requirements-constraints.txt\nflask==1.0\n", "requirements-constraints.txt": pinned}, []string{"requirements.txt flask 1.0"}},
		"beside a lockfile":          {map[string]string{"Pipfile.lock": `{"default": {"flask": {"version": "==1.0"}}}`, "requirements/constraints.in": pinned}, []string{"Pipfile.lock flask 1.0"}},
		"beside code of its setup":   {map[string]string{"setup.py": "setup(install_requires=['flask==1.0'])", "upper-constraints.txt": pinned}, []string{"setup.py flask 1.0"}},
		"named by an option":         {map[string]string{"requirements/web.txt": "--constraint=pins.txt\nflask==1.0\n", "requirements/pins.txt": pinned}, []string{"requirements/web.txt flask 1.0"}},
		"named from another folder":  {map[string]string{"requirements.in": "-c reqs/pins.txt\nflask==1.0\n", "reqs/pins.txt": pinned}, []string{"requirements.in flask 1.0"}},
		"named and included":         {map[string]string{"requirements/web.txt": "-c base.txt\n", "requirements/all.txt": "-r base.txt\n", "requirements/base.txt": pinned}, []string{"requirements/all.txt left 1.0", "requirements/base.txt left 1.0"}},
		"named and compiled":         {map[string]string{"requirements/web.txt": "-c base.txt\n", "requirements/base.in": "left\n", "requirements/base.txt": pinned}, []string{"requirements/base.txt left 1.0"}},
		"named, the requirements":    {map[string]string{"dev-requirements.txt": "-c requirements.txt\nflask==1.0\n", "requirements.txt": pinned}, []string{"dev-requirements.txt flask 1.0", "requirements.txt left 1.0"}},
		"the only manifest":          {map[string]string{"deploy/constraints.txt": pinned, "main.py": "import left\n"}, []string{"deploy/constraints.txt left 1.0"}},
		"included as a requirement":  {map[string]string{"requirements.txt": "-r constraints.txt\n", "constraints.txt": pinned}, []string{"requirements.txt left 1.0"}},
		"beside packages of another": {map[string]string{"go.mod": "module example.org/x\n", "constraints.txt": pinned}, []string{"constraints.txt left 1.0"}},
	} {
		t.Run(name, func(t *testing.T) {
			checkListed(t, scan(t, commit(t, c.files)), c.want...)
		})
	}
}

// The source of a compiled file says what is asked for, and not what that needs.
func TestASourceOfRequirementsAloneLeavesTheInventoryIncomplete(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
		noted string
	}{
		"alone":                {map[string]string{"requirements.in": "left==1.0\nright>=2\n"}, []string{"requirements.in left 1.0", "requirements.in right"}, "requirements.in"},
		"in a folder":          {map[string]string{"requirements/prod.in": "left==1.0\n"}, []string{"requirements/prod.in left 1.0"}, "requirements/prod.in"},
		"compiled":             {map[string]string{"requirements.in": "left==1.0\nsetuptools\n", "requirements.txt": "left==1.0\ndown==2.0\n"}, []string{"requirements.txt down 2.0", "requirements.txt left 1.0"}, ""},
		"compiled elsewhere":   {map[string]string{"requirements/in/prod.in": "left>=1\n", "requirements.txt": "left==1.0\n"}, []string{"requirements.txt left 1.0"}, ""},
		"locked":               {map[string]string{"requirements.in": "left>=1\n", "uv.lock": "version = 1\n[[package]]\nname = \"left\"\nversion = \"1.0\"\nsource = { registry = \"x\" }\n"}, []string{"uv.lock left 1.0"}, ""},
		"beside that of other": {map[string]string{"requirements-docs.in": "left==2.0\n", "requirements.txt": "left==1.0\n"}, []string{"requirements-docs.in left 2.0", "requirements.txt left 1.0"}, "requirements-docs.in"},
	} {
		t.Run(name, func(t *testing.T) {
			seen := scan(t, commit(t, c.files))
			checkListed(t, seen, c.want...)
			if c.noted == "" && len(seen.Notes) > 0 {
				t.Errorf("noted without cause: %v", seen.Notes)
			}
			if n, ok := note(seen, observation.CauseUnsupported, c.noted); c.noted != "" && (!ok || !strings.Contains(n.Message, "no lockfile holds what they need")) {
				t.Errorf("the file is not named: %v", seen.Notes)
			}
		})
	}
}

// A lockfile that no reader takes is one all the same, and a manifest is told of the tools
// that read it.
func TestNotesSayWhatIsMissingAndHowToMakeItKnown(t *testing.T) {
	for name, c := range map[string]struct {
		files                    map[string]string
		subject, says, saysNever string
	}{
		"Podfile.lock": {map[string]string{"Podfile.lock": "PODS:\n  - A (2.5.0)\n"}, "Podfile.lock", "the lockfile Podfile.lock are not in the inventory: no reader takes", "no lockfile"},
		"Podfile": {map[string]string{"ios/Podfile": "pod 'A'\n", "ios/Podfile.lock": "PODS:\n  - A (2.5.0)\n"}, "ios/Podfile",
			"no reader takes all from the lockfile ios/Podfile.lock", "no lockfile"},
		"bun.lockb": {map[string]string{"bun.lockb": "bun-lockfile-format-v0"}, "bun.lockb", "commit bun.lock,", "no lockfile"},
		"package.json beside bun.lockb": {map[string]string{"bun.lockb": "bun-lockfile-format-v0", "package.json": `{"dependencies": {"a": "^1"}}`}, "package.json",
			"commit bun.lock,", "no lockfile"},
		"package.json alone": {map[string]string{"package.json": `{"dependencies": {"a": "^1"}}`}, "package.json", "no lockfile holds", "no reader"},
		"conda":              {map[string]string{"environment.yml": "dependencies:\n  - flask=1.0\n"}, "environment.yml", "commit an SBOM", "Poetry"},
	} {
		t.Run(name, func(t *testing.T) {
			seen := scan(t, commit(t, c.files))
			if n, ok := note(seen, observation.CauseUnsupported, c.subject); !ok || !strings.Contains(n.Message, c.says) || strings.Contains(n.Message, c.saysNever) {
				t.Errorf("got %v", seen.Notes)
			}
		})
	}
}
