package main

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

// person is somebody whom a repository names in one place. The marker is a part of the
// name, the address and the login, so that each of them contains it.
type person struct{ marker, name, address, login string }

func newPerson(place string) person {
	mark := "Qz" + place
	return person{mark, mark + " Ottilie", "Ottilie." + mark + "@mail.example", mark + "-login"}
}

func (p person) String() string { return p.name + " <" + p.address + ">" }

// people makes a person for each place, and keeps them.
type people map[string]person

func (c people) person(place string) person {
	if _, ok := c[place]; !ok {
		c[place] = newPerson(place)
	}
	return c[place]
}

// traces are the forms in which people could be in bytes. Those in folded are searched
// in any case.
type traces struct {
	folded, exact map[string]string // from the form to the place
}

func (c people) traces() traces {
	t := traces{map[string]string{}, map[string]string{}}
	for place, p := range c {
		for _, mark := range []string{p.marker, norm.NFD.String(p.marker)} {
			for _, as := range []string{mark, url.QueryEscape(mark), strings.Trim(strconv.QuoteToASCII(mark), `"`), htmlEntities(mark), latin1(mark),
				hex.EncodeToString([]byte(mark)), hex.EncodeToString([]byte(strings.ToLower(mark)))} {
				t.folded[strings.ToLower(as)] = place
			}
			for _, cased := range []string{mark, strings.ToLower(mark), strings.ToUpper(mark)} {
				for _, as := range inBase64(cased) {
					t.exact[as] = place
				}
			}
		}
		for _, whole := range []string{p.name, p.address, p.login, p.String()} {
			for _, text := range []string{whole, strings.ToLower(whole)} {
				five, one, two := md5.Sum([]byte(text)), sha1.Sum([]byte(text)), sha256.Sum256([]byte(text))
				for _, sum := range [][]byte{five[:], one[:], two[:]} {
					t.folded[hex.EncodeToString(sum)] = place + ", hashed"
					t.exact[string(sum)] = place + ", hashed"
					t.exact[base64.RawStdEncoding.EncodeToString(sum)] = place + ", hashed"
				}
			}
		}
	}
	return t
}

// inBase64 returns a text's forms in the middle of a longer text in base64.
func inBase64(text string) []string {
	var all []string
	for before := range 3 {
		whole := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + text))
		all = append(all, whole[(before*8+5)/6:len(text+strings.Repeat("x", before))*8/6])
	}
	return all
}

func htmlEntities(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r < 0x80 {
			out.WriteRune(r)
			continue
		}
		fmt.Fprintf(&out, "&#%d;", r)
	}
	return out.String()
}

func latin1(text string) string {
	var out []byte
	for _, r := range text {
		out = append(out, byte(r))
	}
	return string(out)
}

// in returns the places whose people are in these bytes, with the surrounding text.
func (t traces) in(data []byte) map[string]string {
	found := map[string]string{}
	for _, search := range []struct {
		data   []byte
		traces map[string]string
	}{{bytes.ToLower(data), t.folded}, {data, t.exact}} {
		eachTrace(search.data, search.traces, func(at int, trace string) {
			found[search.traces[trace]] = fmt.Sprintf("%q", search.data[max(0, at-60):min(len(search.data), at+len(trace)+60)])
		})
	}
	return found
}

// traceStart is how many bytes of a trace it is looked up by. None is shorter.
const traceStart = 4

// eachTrace calls do where a trace stands in the data. It looks at each place once: the
// traces are thousands, and are looked up by their beginnings.
func eachTrace(data []byte, traces map[string]string, do func(at int, trace string)) {
	byStart := map[[traceStart]byte][]string{}
	for trace := range traces {
		start := [traceStart]byte([]byte(trace))
		byStart[start] = append(byStart[start], trace)
	}
	var first [1 << 16]bool // of the first two bytes
	for start := range byStart {
		first[int(start[0])<<8|int(start[1])] = true
	}
	for at := range max(0, len(data)-traceStart+1) {
		if !first[int(data[at])<<8|int(data[at+1])] {
			continue
		}
		for _, trace := range byStart[[traceStart]byte(data[at:])] {
			if bytes.HasPrefix(data[at:], []byte(trace)) {
				do(at, trace)
			}
		}
	}
}

// eachWritten calls do with everything below a folder: the names of files, their
// contents, and each value of an SQLite file, which may be split over several pages.
// Exempt folders are skipped.
func eachWritten(t *testing.T, folder string, exempt []string, do func(where string, data []byte)) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains(exempt, path) {
			return fs.SkipDir
		}
		do(path+" (its name)", []byte(entry.Name()))
		if !entry.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		do(path, data)
		if bytes.HasPrefix(data, []byte("SQLite format 3\x00")) {
			for where, value := range valuesOf(t, path) {
				do(where, value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// valuesOf reads every value of every table, by its place.
func valuesOf(t *testing.T, path string) map[string][]byte {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var tables []string
	rows, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'table'`)
	for err == nil && rows.Next() {
		var name string
		err = rows.Scan(&name)
		tables = append(tables, name)
	}
	if err != nil || rows.Err() != nil {
		t.Fatal(err, rows.Err())
	}
	values := map[string][]byte{}
	for _, table := range tables {
		rows, err := db.Query(`SELECT * FROM "` + table + `"`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		for n := 0; err == nil && rows.Next(); n++ {
			row, to := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
			for i := range row {
				to[i] = &row[i]
			}
			err = rows.Scan(to...)
			for i, value := range row {
				values[fmt.Sprintf("%s %s %d %s", path, table, n, columns[i])] = bytes.Clone(value)
			}
		}
		if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return values
}

// filesThatNamePeople are the files of a repository that name people.
func filesThatNamePeople(c people) map[string]string {
	at := c.person
	return map[string]string{
		"README.md":       "# Ledger\n\nBy " + at("readme").String() + ", sponsor https://github.com/sponsors/" + at("readme").login + "\nMaintained by [@" + at("readme").login + "](https://github.com/" + at("readme").login + ").\n",
		"LICENSE":         "MIT License\n\nCopyright (c) 2020 " + at("license").String() + "\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the \"Software\"), to deal in the Software without restriction\n",
		".mailmap":        at("mailmap").String() + " " + at("author").String() + "\n",
		"AUTHORS":         at("authors").String() + "\n",
		"CONTRIBUTORS.md": "* " + at("contributors").String() + " @" + at("contributors").login + "\n",
		"CODEOWNERS":      "* @" + at("codeowners").login + " " + at("codeowners2").address + "\n",
		"MAINTAINERS.md":  "| " + at("maintainers").name + " | @" + at("maintainers").login + " | " + at("maintainers").address + " |\n",
		"GOVERNANCE.md":   "The lead is " + at("governance").String() + ", https://github.com/" + at("governance").login + "\n",
		"OWNERS":          "approvers:\n- " + at("owners").login + "\n",
		"SECURITY.md":     "Write to " + at("security").String() + " or to security@team.example. We answer within 90 days and disclose every vulnerability.\n",
		"CITATION.cff":    "cff-version: 1.2.0\ntitle: Ledger\nauthors:\n- family-names: " + at("citation").marker + "\n  email: " + at("citation").address + "\n",
		"package.json": `{"name":"ledger","version":"1.0.0","author":"` + at("npmauthor").String() + `","maintainers":[{"name":"` + at("npmmaintainer").name + `","email":"` + at("npmmaintainer").address +
			`"}],"contributors":["` + at("npmcontributor").String() + `"],"funding":[{"type":"individual","url":"https://github.com/sponsors/` + at("npmfunding").login + `"},"https://www.` + at("npmfundinghost").marker + `.example/give"],"bugs":{"email":"` + at("npmbugs").address + `"},"dependencies":{"lodash":"^4.17.0"}}`,
		"package-lock.json": `{"name":"ledger","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"ledger"},"node_modules/lodash":{"version":"4.17.20","author":"` + at("lockauthor").String() + `","funding":{"url":"https://github.com/sponsors/` + at("lockfunding").login + `"}}}}`,
		"java/pom.xml": `<project><modelVersion>4.0.0</modelVersion><groupId>org.ledger</groupId><artifactId>ledger</artifactId><version>1.0</version><developers><developer><id>` + at("pom").login + `</id><name>` + at("pom").name + `</name><email>` + at("pom").address +
			`</email></developer></developers><dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.11</version></dependency></dependencies></project>`,
		"py/pyproject.toml":   "[project]\nname = \"ledger\"\nversion = \"1.0\"\nauthors = [{name = \"" + at("pyproject").name + "\", email = \"" + at("pyproject").address + "\"}]\ndependencies = [\"requests\"]\n",
		"py/requirements.txt": "# " + at("requirements").String() + "\nrequests==2.19.0 # asked for by @" + at("requirements").login + "\n",
		"py/PKG-INFO":         "Metadata-Version: 2.1\nName: ledger\nVersion: 1.0\nAuthor: " + at("pkginfo").name + "\nAuthor-email: " + at("pkginfo").address + "\n",
		"php/composer.lock":   `{"packages":[{"name":"monolog/monolog","version":"1.0.0","authors":[{"name":"` + at("composer").name + `","email":"` + at("composer").address + `"}],"support":{"source":"x"}}],"packages-dev":[]}`,
		"rust/Cargo.toml":     "[package]\nname = \"ledger\"\nversion = \"1.0.0\"\nauthors = [\"" + at("cargo").String() + "\"]\n[dependencies]\nserde = \"1\"\n",
		"publiccode.yml": "publiccodeYmlVersion: '0.4'\nname: Ledger\nurl: https://forge.example/trees/people.git\nsoftwareType: library\ndevelopmentStatus: stable\nplatforms: [web]\nlegal: {license: MIT, mainCopyrightOwner: " + at("owner").name + ", repoOwner: A Ministry}\n" +
			"maintenance:\n  type: internal\n  contacts:\n  - {name: " + at("contact").name + ", email: " + at("contact").address + ", phone: '1'}\n  contractors:\n  - {name: " + at("contractor").name + ", email: " + at("contractor").address + ", until: '2027-01-01'}\n" +
			"localisation: {localisationReady: false, availableLanguages: [en]}\ndescription: {en: {shortDescription: a ledger, longDescription: a ledger}}\nfundedBy: [{name: " + at("funder").name + "}]\n",
		".github/FUNDING.yml":            "github: [" + at("funding").login + "]\nko_fi: " + at("kofi").login + "\ncustom: ['https://" + at("custom").marker + ".example/give']\n",
		"funding.json":                   `{"version":"v1.1.0","entity":{"type":"individual","role":"owner","name":"` + at("entity").name + `","email":"` + at("entity").address + `","description":"x","webpageUrl":{"url":"https://` + at("entity").marker + `.example"}},"projects":[],"funding":{"channels":[{"guid":"c","type":"payment-provider","address":"` + at("channel").address + `"}],"plans":[{"guid":"p","status":"active","name":"` + at("plan").name + `"}],"history":[{"year":2024,"income":1,"currency":"EUR","description":"from ` + at("income").name + `"}]}}`,
		".github/workflows/ci.yml":       "on: pull_request_target\njobs:\n  a:\n    if: github.actor == '" + at("actor").login + "'\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v3\n      with: {ref: '${{ github.event.pull_request.head.sha }}'}\n    - run: echo ${{ github.event.issue.title }} # " + at("step").String() + "\n    - run: curl https://x.example/" + at("curl").login + ".sh | sh\n    env: {MAIL: '" + at("env").address + "'}\n",
		".github/dependabot.yml":         "version: 2\nupdates:\n- package-ecosystem: npm\n  directory: /\n  schedule: {interval: daily}\n  reviewers: ['" + at("dependabot").login + "']\n",
		"Dockerfile":                     "FROM debian:12\nLABEL maintainer=\"" + at("docker").String() + "\"\nRUN pip install requests && curl https://x.example/" + at("dockercurl").login + " | sh\n",
		".github/CODE_OF_CONDUCT.md":     "Report to " + at("conduct").String() + "\n",
		"src/main.py":                    "# Copyright " + at("source").String() + "\n",
		"osv-scanner.toml":               "[[IgnoredVulns]]\nid = \"GHSA-1\"\nreason = \"" + at("ignored").String() + " said so\"\n",
		"Unicode.md":                     at("ünïcode").String() + "\n",
		".github/ISSUE_TEMPLATE/bug.yml": "assignees: [" + at("assignee").login + "]\n",
	}
}

// filesThatDoNotParse name people where the parser stops, because its error could quote
// them.
func filesThatDoNotParse(c people) map[string]string {
	at := c.person
	return map[string]string{
		"README.md":                "# Broken\n",
		".github/FUNDING.yml":      "github: *" + at("brokenfunding").login + "\n",
		"funding.json":             `{"funding": "` + at("brokenfundingjson").name + `"}`,
		"package.json":             `{"name": "x", "author": ` + at("brokennpm").name + `, "funding": "https://x.example"}`,
		"a/package.json":           `{"name":"x","version":"1.0.0","author":["` + at("brokennpmlist").name + `",7],"maintainers":"` + at("brokennpmlist").address + `"}`,
		"package-lock.json":        `{"lockfileVersion": "` + at("brokenlock").name + `", "packages": {"": "` + at("brokenlock").name + `"}}`,
		"publiccode.yml":           "maintenance: *" + at("brokenpubliccode").login + "\n",
		"a/publiccode.yml":         "name: [" + at("brokenpubliccode2").name + "\n",
		"java/pom.xml":             "<project><developers><developer><" + at("brokenpom").login + ">x</developer></developers></project>",
		"Cargo.lock":               "[[package]]\nname = " + at("brokencargo").name + "\n",
		"poetry.lock":              "[[package]]\nname = \"x\"\n" + at("brokenpoetry").name + "\n",
		"Pipfile.lock":             `{"default": "` + at("brokenpipfile").address + `"}`,
		"composer.lock":            `{"packages":[{"name":"a/b","version":7,"authors":"` + at("brokencomposer").address + `"}]}`,
		"pnpm-lock.yaml":           "lockfileVersion: *" + at("brokenpnpm").login + "\n",
		"pubspec.lock":             "packages: {" + at("brokenpubspec").name + "\n",
		"yarn.lock":                "# " + at("brokenyarn").name + "\nx@^1:\n  versio \"" + at("brokenyarn").address + "\n",
		"go.mod":                   "module x\n\nrequire " + at("brokengomod").address + " v1\n" + at("brokengomod").name + "\n",
		"Gemfile.lock":             "GEM\n  specs:\n   " + at("brokengem").name + " (!)\n",
		"renv.lock":                `{"Packages": {"x": {"Author": "` + at("brokenrenv").String() + `", "Version": [1]}}}`,
		"conan.lock":               `{"version": "0.5", "requires": "` + at("brokenconan").address + `"}`,
		"mix.lock":                 "%{ " + at("brokenmix").String() + "\n",
		"packages.lock.json":       `{"version": "` + at("brokennuget").name + `"}`,
		"bom.cdx.json":             `{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"authors":"` + at("brokencdx").address + `"},"components":"` + at("brokencdx").name + `"}`,
		"x.spdx.json":              `{"spdxVersion":"SPDX-2.3","creationInfo":{"creators":"Person: ` + at("brokenspdx").String() + `"}}`,
		".github/workflows/ci.yml": "on: push\njobs: *" + at("brokenworkflow").login + "\n",
		".github/workflows/b.yml":  "on: push\njobs:\n  a:\n    runs-on: [x]\n    steps:\n    - uses: \"" + at("brokenstep").address + "\"\n      run: " + at("brokenstep").name + "\n",
		".github/dependabot.yml":   "version: *" + at("brokendependabot").login + "\n",
		"osv-scanner.toml":         "[[IgnoredVulns]]\nid = " + at("brokentoml").name + "\n",
		"Dockerfile":               "FROM\nMAINTAINER " + at("brokendocker").String() + "\nRUN [\"" + at("brokendocker").login + "\n",
		"script.sh":                "#!/bin/sh\nif [ " + at("brokenshell").login + "\n",
	}
}

// publiccodeWithWrongContacts is a catalog entry with contacts that a validator rejects.
func publiccodeWithWrongContacts(c people) string {
	p, q := c.person("wrongcontact"), c.person("wrongcontractor")
	return "publiccodeYmlVersion: '0.4'\nname: Wrong\nurl: https://forge.example/trees/wrong.git\nmaintenance:\n  type: contract\n  contacts:\n  - {name: [" + p.name + "], email: " + strings.ReplaceAll(p.address, "@", " at ") + ", phone: " + p.login +
		"}\n  contractors:\n  - {name: " + q.name + ", email: " + q.login + ", website: " + q.login + ", until: next year}\n"
}

// publiccodeOfPersons is a catalog entry whose owner and funder are said to be persons.
func publiccodeOfPersons(c people) string {
	p, q := c.person("ownerperson"), c.person("funderperson")
	return "publiccodeYmlVersion: '0.5'\nname: Ours\nurl: https://forge.example/trees/ours.git\norganisation: {type: individual, name: " + p.name + ", uri: 'https://" + p.marker + ".example'}\nfundedBy: [{type: person, name: " + q.name + ", uri: 'https://" + q.marker + ".example'}]\n"
}

// registryWithPersons is a saved answer of the DPG registry in which persons stand in the
// place of organizations, marked in each way in which an entry can.
func registryWithPersons(c people) string {
	var organizations []string
	for i, kind := range []string{`"org_type": "individual"`, `"org_type": "owner", "type": "person"`, `"org_type": ["funder", "Natural person"]`, `"org_type": "maintainer, Person"`,
		`"org_type": "implementer", "entity_type": "INDIVIDUAL"`, `"kind": "private_person"`} {
		p := c.person(fmt.Sprintf("registry%d", i))
		organizations = append(organizations, fmt.Sprintf(`{"name": %q, "website": "https://%s.example/%s", "contact_email": %q, %s}`, p.name, p.marker, p.login, p.address, kind))
	}
	return `[{"id": "seeds", "name": "Seeds", "stage": "DPG", "repositories": [], "openlicenses": [], "sdgs": [], "organizations": [{"name": "A Foundation", "org_type": "owner"}, ` + strings.Join(organizations, ", ") + `]}]`
}

// writeRepository writes a repository whose history and files name people everywhere.
// The second half of the history is part 2.
func writeRepository(t *testing.T, dir string, c people, files map[string]string, part int) {
	t.Helper()
	if part == 1 {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		gittest.Run(t, dir, nil, "init", "-q", "--bare", "-b", "main")
		gittest.Run(t, dir, nil, "config", "uploadpack.allowFilter", "true")
		gittest.Run(t, dir, nil, "config", "uploadpack.allowAnySHA1InWant", "true")
	}
	at, branch := c.person, c.person("branch").login
	message := "Fix what " + at("message").address + " saw\n\nCo-authored-by: " + at("coauthor").String() + "\nSigned-off-by: " + at("signoff").String() + "\nReviewed-by: " + at("reviewer").String() + "\nReported-by: @" + at("reporter").login + "\n"
	authors := []string{at("author").String(), strings.ToUpper(at("shouting").name) + " <" + strings.ToUpper(at("shouting").address) + ">", at("ünïcode").String(), "1234+" + at("noreply").login + " <1234+" + at("noreply").login + "@users.noreply.github.com>", at("nickname").login + " <" + at("nickname").login + ">"}
	commits := make([]gittest.Commit, 24)
	for i := range commits {
		commits[i] = gittest.Commit{Branch: branch, Author: authors[i%len(authors)], Committer: at("committer").String(), Message: message,
			When:  time.Unix(int64(1_700_000_000+86400*30*(i+24*(part-1))/2), 0),
			Files: append(gittest.Files(files), gittest.File{Path: fmt.Sprintf("notes/%d.txt", i+24*part), Data: at("note").String()})}
	}
	commits[7].Encoding, commits[7].Message = "ISO-8859-1", latin1("Für "+at("ünïcode").name)
	for i, tag := range []string{"v1.%d.0", "v2.%d.0-" + at("tagname").login, "release-" + at("tagname2").marker + "-3.%d.1", at("tagname3").login + "/%d"} {
		commits[5*i+4].Tags = []gittest.Tag{{Name: fmt.Sprintf(tag, part), Tagger: at("tagger").String(), When: time.Unix(int64(1_700_000_000+86400*75*(i+1+4*(part-1))), 0),
			Message: "Release by " + at("tagmessage").String() + "\n-----BEGIN PGP SIGNATURE-----\nComment: " + at("signature").String() + "\n\n" + base64.StdEncoding.EncodeToString([]byte("xx"+at("signature").String())) + "\n-----END PGP SIGNATURE-----\n"}}
	}
	gittest.Import(t, dir, commits...)
	gittest.Run(t, dir, nil, "symbolic-ref", "HEAD", "refs/heads/"+branch)
}

// privacyFixture is a folder in which midspan runs, with the people in its repositories.
type privacyFixture struct {
	t                          *testing.T
	folder, origins, catalog   string
	advisories, outputs, store string
	people                     people
}

func newPrivacyFixture(t *testing.T) *privacyFixture {
	t.Helper()
	root := t.TempDir()
	n := &privacyFixture{t: t, folder: filepath.Join(root, "work"), origins: filepath.Join(root, "origins"), catalog: filepath.Join(root, "goods.csv"), advisories: filepath.Join(root, "osv"), people: people{}}
	n.outputs, n.store = filepath.Join(n.folder, "printed"), filepath.Join(n.folder, "store")
	address := gittest.Serve(t, n.origins)
	catalog := "name,url\npeople," + address + "/trees/people.git\nbroken," + address + "/trees/broken.git\ngiven,https://forge.example/trees/given.git\ngone," + address + "/trees/gone.git\n"
	advisory := `{"id":"TEST-1","modified":"2026-01-01T00:00:00Z","published":"2025-01-01T00:00:00Z","summary":"a way in","affected":[{"package":{"ecosystem":"npm","name":"lodash"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"4.17.21"}]}]}]}`
	for path, text := range map[string]string{n.catalog: catalog, filepath.Join(n.advisories, "npm", "TEST-1.json"): advisory, filepath.Join(root, "publiccode", "one", "publiccode.yml"): strings.ReplaceAll(filesThatNamePeople(n.people)["publiccode.yml"], n.people.person("funder").name, "A Fund"),
		filepath.Join(root, "publiccode", "two", "publiccode.yml"): publiccodeWithWrongContacts(n.people), filepath.Join(root, "publiccode", "three", "publiccode.yml"): publiccodeOfPersons(n.people),
		filepath.Join(root, "dpgs.json"): registryWithPersons(n.people), filepath.Join(n.folder, "tmp", ".keep"): "", filepath.Join(n.outputs, ".keep"): ""} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// writeRepositories writes a part of each repository.
func (n *privacyFixture) writeRepositories(part int) {
	for name, files := range map[string]map[string]string{"people": filesThatNamePeople(n.people), "broken": filesThatDoNotParse(n.people), "given": filesThatNamePeople(n.people)} {
		writeRepository(n.t, filepath.Join(n.origins, "trees", name+".git"), n.people, files, part)
	}
	if part > 1 {
		return
	}
	given := filepath.Join(n.origins, "trees", "given.git")
	// A reference to a missing object: git's error names it.
	bad := filepath.Join(given, "refs", "tags", n.people.person("badtag").login)
	if err := errors.Join(os.Symlink(given, given+".given"), os.WriteFile(bad, []byte(strings.Repeat("1", 40)+"\n"), 0o644)); err != nil {
		n.t.Fatal(err)
	}
}

// midspan runs a command, stores its output in the folder of outputs, and returns its
// standard output.
func (n *privacyFixture) midspan(day string, args ...string) string {
	n.t.Helper()
	var stdout, stderr bytes.Buffer
	if args[0] != "check" {
		args = append(args, "--catalog="+n.catalog, "--catalog="+filepath.Join(filepath.Dir(n.catalog), "publiccode"), "--catalog="+filepath.Join(filepath.Dir(n.catalog), "dpgs.json"), "--mirror="+filepath.Join(n.origins, "trees", "{name}.git.given"))
	}
	cmd := exec.Command("midspan", append(args, "--advisories="+n.advisories, "--allow-private", "--as-of="+day, "--store="+n.store, "--out="+filepath.Join(n.folder, "out"))...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = n.folder, &stdout, &stderr
	cmd.Env = append(os.Environ(), "HOME="+n.folder, "TMPDIR="+filepath.Join(n.folder, "tmp"))
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() < exitGaps) {
		n.t.Fatalf("midspan %v: %v\n%s", args, err, stderr.String())
	}
	name := filepath.Join(n.outputs, fmt.Sprintf("%03d", len(entriesOf(n.t, n.outputs))))
	if err := os.WriteFile(name, fmt.Appendf(stdout.Bytes(), "\n%s\n", stderr.Bytes()), 0o644); err != nil {
		n.t.Fatal(err)
	}
	return stdout.String()
}

func entriesOf(t *testing.T, folder string) []os.DirEntry {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestNobodyWhoWorksOnAGoodIsInAnythingThatIsWritten(t *testing.T) {
	n := newPrivacyFixture(t)
	n.writeRepositories(1)
	given := filepath.Join(n.origins, "trees", "given.git")
	n.midspan("2025-06-30", "run")
	n.writeRepositories(2)
	n.midspan("2026-06-30", "run")
	for _, format := range []string{"text", "json", "sarif", "markdown"} {
		n.midspan("2026-06-30", "check", given, "--format="+format, "--policy=adoption", "--badge="+filepath.Join(n.outputs, "badge-"+format+".svg"))
	}
	n.midspan("2026-06-30", "check", filepath.Join(n.origins, "trees", "broken.git"), "--format=sarif", "--badge="+filepath.Join(n.outputs, "badge.json"))
	for _, args := range [][]string{{"diff"}, {"diff", "--json"}, {"sbom", "--to=" + filepath.Join(n.outputs, "sbom")}, {"policy", "opencode-2"}, {"policy", "adoption", "--json"},
		{"backtest", "--every=3"}, {"backtest", "--json"}, {"report"}, {"assess"}, {"catalog", "show"}, {"config"}} {
		n.midspan("2026-06-30", args...)
	}
	n.checkRead()
	if goods := n.midspan("2026-06-30", "catalog", "show", "--json"); strings.Count(goods, `"a person"`) != 7 {
		t.Errorf("the persons of the registry and of publiccode.yml were not read as persons: %s", goods)
	}

	// A mirror is a copy of the history with its people. No other folder may have them.
	mirrors := filepath.Join(n.store, "mirrors")
	traces, bytes := n.people.traces(), 0
	eachWritten(t, n.folder, []string{mirrors}, func(where string, data []byte) {
		bytes += len(data)
		for whom, around := range traces.in(data) {
			t.Errorf("%s holds the one of %s: %s", strings.TrimPrefix(where, n.folder), whom, around)
		}
	})
	t.Logf("%d people, %d traces, %d bytes", len(n.people), len(traces.folded)+len(traces.exact), bytes)
	if left := entriesOf(t, filepath.Join(n.folder, "tmp")); len(left) != 1 {
		t.Errorf("temporary files are left: %v", left)
	}
}

// checkRead requires that the histories and files with people were read: a report that
// read none would name none.
func (n *privacyFixture) checkRead() {
	n.t.Helper()
	data, err := os.ReadFile(filepath.Join(n.folder, "out", "report.json"))
	if err != nil {
		n.t.Fatal(err)
	}
	var document struct {
		Goods []struct {
			Name     string
			Measures []struct{ ID, State string }
			Scans    []struct{ Commit string }
		}
	}
	if err := json.Unmarshal(data, &document); err != nil {
		n.t.Fatal(err)
	}
	read := 0
	for _, good := range document.Goods {
		if !slices.Contains([]string{"people", "broken", "given"}, good.Name) {
			continue
		}
		read++
		if len(good.Scans) != 1 || good.Scans[0].Commit == "" {
			n.t.Errorf("%s was not read", good.Name)
		}
		if good.Name == "broken" {
			continue
		}
		states := map[string]string{}
		for _, m := range good.Measures {
			states[m.ID] = m.State
		}
		for _, id := range []string{"governance.people-named", "funding.sought", "funding.received"} {
			if states[id] != "measured" {
				n.t.Errorf("%s of %s is %q", id, good.Name, states[id])
			}
		}
	}
	if read != 3 {
		n.t.Errorf("%d of 3 goods are in the report", read)
	}
}

func TestSearchForPeopleFindsThemInAnyShape(t *testing.T) {
	c := people{}
	p, q := c.person("author"), c.person("ünïcode")
	traces := c.traces()
	five, two := md5.Sum([]byte(strings.ToLower(p.address))), sha256.Sum256([]byte(p.address))
	for _, text := range []string{p.name, strings.ToUpper(p.address), "x" + p.login + "x", "%5Bx" + url.QueryEscape(p.address), hex.EncodeToString([]byte(p.name)),
		base64.StdEncoding.EncodeToString([]byte(p.name)), base64.StdEncoding.EncodeToString([]byte("<" + p.address)), base64.URLEncoding.EncodeToString([]byte("a:" + p.login)),
		hex.EncodeToString(five[:]), "x" + string(two[:]), base64.StdEncoding.EncodeToString(two[:]),
		q.name, norm.NFD.String(q.name), strconv.QuoteToASCII(q.name), url.PathEscape(q.name), htmlEntities(q.name), latin1(q.name), strings.ToUpper(q.name)} {
		if len(traces.in([]byte("before "+text+" after"))) == 0 {
			t.Errorf("%q is not found", text)
		}
	}
	if found := traces.in([]byte("nobody at all")); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

func TestRunsOfTwoProcessesStoreTheSame(t *testing.T) {
	n := newPrivacyFixture(t)
	n.writeRepositories(1)
	var stores []map[string][]byte
	for range 2 {
		n.midspan("2025-06-30", "run", "--only=given")
		values := valuesOf(t, filepath.Join(n.store, "midspan.db"))
		for where := range values {
			// Times are not about people.
			if strings.HasSuffix(where, " took_ms") || strings.HasSuffix(where, " outcome") || strings.Contains(where, " goose_db_version ") {
				delete(values, where)
			}
		}
		stores = append(stores, values)
		if err := errors.Join(os.RemoveAll(n.store), os.RemoveAll(filepath.Join(n.folder, "out"))); err != nil {
			t.Fatal(err)
		}
	}
	if len(stores[0]) < 50 || len(stores[0]) != len(stores[1]) {
		t.Fatalf("%d and %d values", len(stores[0]), len(stores[1]))
	}
	for where, value := range stores[0] {
		if !bytes.Equal(value, stores[1][where]) {
			t.Errorf("%s is %.200q in one store, and %.200q in the other", where, value, stores[1][where])
		}
	}
}
