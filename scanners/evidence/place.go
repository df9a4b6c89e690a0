package evidence

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// role says for what the contents of a file are read; empty where its name alone is.
type role string

const (
	ofDocument   role = "document" // for those who work on it: its headings and its text
	ofInsights   role = "insights"
	ofDeployment role = "deployment"
	ofPackage    role = "datapackage"
)

// leavesOpen are the measures that a file leaves open where it cannot be read.
func (p place) leavesOpen() []string {
	switch {
	case p.role == ofInsights:
		return []string{observation.InsightsFile, observation.InsightsFields}
	case p.role == ofDeployment:
		return []string{observation.EvidenceServices}
	case p.role == ofPackage:
		return []string{observation.DataCardFields}
	case p.kind == "readme" || p.kind == "card": // its head may be a card
		return []string{observation.EvidenceDocuments, observation.DataCardFields}
	}
	return []string{observation.EvidenceDocuments}
}

// place is a file by its name.
type place struct {
	path    string // as written
	folders []string
	name    string // with its ending, in small letters
	stem    string // of a document, without its ending and with spaces
	role    role
	kind    string // of a document that is read: readme, contributing, security
	skipped bool   // others' files, or no file
	link    bool   // what it leads to is known where it is followed
}

func (p place) isRead() bool { return p.role != "" }

// readKinds are the documents whose headings and texts are read.
var readKinds = map[string]string{"readme": "readme", "contributing": "contributing", "contribute": "contributing", "security": "security",
	"security policy": "security", "governance": "governance", "maintainers": "governance", "support": "support", "releasing": "releasing", "release": "releasing",
	"dataset card": "card", "datasheet": "card", "data card": "card"}

// documentEndings are those of documents.
var documentEndings = []string{"", ".md", ".rst", ".adoc", ".asciidoc", ".txt", ".html", ".pdf", ".org"}

// otherFolders hold files that say nothing of the good itself.
var otherFolders = []string{"node_modules", "bower_components", "vendor", "vendored", "third_party", "third-party", "thirdparty", "dist",
	"test", "tests", "__tests__",
	"testdata", "fixtures", "examples", "example", "samples", "sample"}

func placeOf(file gitrepo.File) place {
	p := place{path: file.Path, name: strings.ToLower(path.Base(file.Path))}
	p.link = file.Mode == gitrepo.ModeSymlink
	if !p.link && file.Mode != gitrepo.ModeFile && file.Mode != gitrepo.ModeExecutable || !fs.ValidPath(file.Path) {
		p.skipped = true
		return p
	}
	if dir := path.Dir(strings.ToLower(file.Path)); dir != "." {
		p.folders = strings.Split(dir, "/")
	}
	if slices.ContainsFunc(p.folders, func(f string) bool { return slices.Contains(otherFolders, f) }) {
		p.skipped = true
		return p
	}
	if ending := path.Ext(p.name); slices.Contains(documentEndings, ending) {
		p.stem = strings.NewReplacer("-", " ", "_", " ").Replace(strings.TrimSuffix(p.name, ending))
	}
	p.role, p.kind = p.roleOf()
	return p
}

func (p place) roleOf() (role, string) {
	conventional := len(p.folders) == 0 || len(p.folders) == 1 && slices.Contains([]string{".github", "docs", "doc", ".gitlab"}, p.folders[0])
	kind, isRead := readKinds[p.stem]
	switch {
	case conventional && (p.name == "security-insights.yml" || p.name == "security-insights.yaml"):
		return ofInsights, ""
	case conventional && isRead && path.Ext(p.name) != ".pdf":
		return ofDocument, kind
	case p.name == "datapackage.json" && len(p.folders) < 3:
		return ofPackage, ""
	case len(p.folders) < 5 && isDeployment(p.name):
		return ofDeployment, ""
	}
	return "", ""
}

// isDeployment reports a file that says how a good is installed and run, by its name.
func isDeployment(name string) bool {
	switch name {
	case "dockerfile", "procfile", "app.json", "serverless.yml", "serverless.yaml", "firebase.json", "netlify.toml", "vercel.json", "amplify.yml",
		"cloudbuild.yaml", "cloudbuild.yml", "buildspec.yml", "render.yaml", "fly.toml", "values.yaml", "template.yaml", "azure-pipelines.yml", "app.yaml":
		return true
	}
	for _, begin := range []string{"docker-compose", "compose.", ".env.", "env.", "dockerfile."} {
		if strings.HasPrefix(name, begin) {
			return true
		}
	}
	return path.Ext(name) == ".tf" || strings.HasSuffix(name, ".env.example") || strings.HasSuffix(name, ".env.sample")
}
