package texts_test

import (
	"testing"

	"github.com/midspan/midspan/scanners/osv/texts"
)

// What bears no resemblance to a manifest at first sight and is one.
func TestAManifestIsNotForeign(t *testing.T) {
	for name, text := range map[string]string{
		"requirements.txt": "flask\nrequests\nnumpy\npandas\nscikitlearn\n", "a/requirements.txt": "requirements\n", "b/requirements.txt": "djangorestframework\n",
		"pom.xml": "<?xml version=\"1.0\"?>\n<project/>", "packages.config": "<packages/>", "Gemfile": "# <<<<<<<x\ngem 'a'\n", "package.json": `{"message": "x", "name": "y"}`,
		"build.gradle": "", "Cartfile": "github \"a/b\"\n", "Gemfile.erb": "<%= x %>\n", "mix.exs": "x = \"<html>\"\n", "go.mod": "module x\x0c\n",
	} {
		if err := texts.Foreign(name, []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzForeign(f *testing.F) {
	f.Add("Gemfile", "Z2VtICdyYWNrJwo")
	f.Add("pom.xml", "<html>")
	f.Fuzz(func(t *testing.T, name, text string) {
		decoded, _ := texts.Decode([]byte(text))
		_ = texts.Foreign(name, decoded)
		_ = texts.NewHallmarks().Check(name, decoded)
	})
}
