package pins_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/pins"
)

// listed are packages as "name version (group)".
func listed(packages []observation.Package) string {
	var all []string
	for _, p := range packages {
		line := strings.TrimSpace(p.Name + " " + p.Version)
		if len(p.Groups) > 0 {
			line += " (" + strings.Join(p.Groups, ",") + ")"
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}

// Each form in which a manifest names packages: exact and open constraints, comments, quotes,
// line ends, variables, groups. Add a line for each that is missing.
func TestEachFormIsReadAsItsFormatMeansIt(t *testing.T) {
	for _, c := range forms() {
		m := pins.Manifest{Path: c.path, Text: []byte(c.text), Read: func(name string) []byte {
			if other, text, found := strings.Cut(c.beside, "\n"); found && other == name {
				return []byte(text)
			}
			return nil
		}}
		if got := listed(pins.Of(m)); got != c.want {
			t.Errorf("%s: %s\nlisted are %s\nwant       %s", c.path, c.text, got, c.want)
		}
		crlf := m
		crlf.Text = []byte(strings.ReplaceAll(c.text, "\n", "\r\n"))
		if got := listed(pins.Of(crlf)); got != c.want && !strings.HasSuffix(c.path, "pbxproj") {
			t.Errorf("%s with CR LF: listed are %s, want %s", c.path, got, c.want)
		}
	}
}

type form struct{ path, text, want, beside string }

func forms() []form {
	return slices.Concat(pythonForms(), webForms(), jvmForms(), compiledForms(), otherForms())
}

func pythonForms() []form {
	return []form{
		{path: "x/requirements.lock", text: "# pinned\nFlask[async] == 1.0 ; python_version < '3'  # old\nb===2.0 \\\n    --hash=sha256:aa\n-r other.txt\nc>=1,==1.5\nd==1.*\ne~=1\nf @ https://x.example/f.whl\nnot a line of it\n",
			want: "b 2.0; c 1.5; d; e; f; flask 1.0"},
		{path: "deps.txt", text: "a==1.0.post1\nb (==2.0)\n", want: "a 1.0.post1; b 2.0"},
		{path: "pyproject.toml", text: "[build-system]\nrequires = ['setuptools==60.0']\n[project]\ndependencies = ['a==1', 'b>1']\n[project.optional-dependencies]\ntest = ['c==3']\n[dependency-groups]\nlint = ['d==4', {include-group = 'test'}]\n[tool.uv]\ndev-dependencies = ['e==5']\n",
			want: "a 1; b; c 3 (test); d 4 (lint); e 5 (dev); setuptools 60.0 (dev)"},
		{path: "pyproject.toml", text: "[tool.poetry.dependencies]\npython = '3.8'\na = '1.0.0'\nb = '^1.0'\nc = {version = '==2.0', extras = ['x']}\nd = {path = '../d'}\ne = {git = 'https://x.example/e'}\nf = [{version = '1.0', python = '<3'}, {version = '2.0'}]\n[tool.poetry.dev-dependencies]\ng = '1.2'\n[tool.poetry.group.docs.dependencies]\nh = '=1.3'\n",
			want: "a 1.0.0; b; c 2.0; e; f; g 1.2 (dev); h 1.3 (docs)"},
		{path: "pyproject.toml", text: "[tool.flit.metadata]\nrequires = ['a==1']\n[tool.flit.metadata.requires-extra]\ntest = ['b==2']\n[tool.pixi.pypi-dependencies]\nc = '==3.0'\n[tool.pixi.dependencies]\nnumpy = '==1.0'\n",
			want: "a 1; b 2 (test); c 3.0"},
		{path: "setup.py", text: "# install_requires=['no==1']\nREQS = [\n  \"a==1.0\",  # why\n  'b>=2',\n]\nsetup(\n  install_requires = REQS,\n  tests_require=['c==3'],\n  extras_require={'x': ['d==4'], \"y:python_version<'3'\": ['e==5']},\n)\n",
			want: "a 1.0; b; c 3 (test); d 4; e 5"},
		{path: "setup.py", text: "setup(**{'install_requires': ['a==1.0', 'b==' + version, f'c=={v}', open('x').read()]})\n", want: "a 1.0"},
		{path: "setup.py", text: "setup(install_requires=\"\"\"\na==1.0\nb>2\n\"\"\",\n  tests_require='c==3')\n", want: "a 1.0; b; c 3 (test)"},
		{path: "setup.cfg", text: "[metadata]\nname = x\n[options]\ninstall_requires =\n    a==1.0\n    b>2; python_version<'3'\n    # c==3\npackages = find:\n[options.extras_require]\ntest =\n    d==4\ndocs = e==5\n", want: "a 1.0; b; d 4 (test); e 5 (docs)"},
		{path: "Pipfile", text: "[[source]]\nurl = 'https://x.example'\n[packages]\nA = '==1.0'\nb = {version = '==2.0', extras = ['x']}\nc = '~=3.0'\nd = {path = '.', editable = true}\n[dev-packages]\ne = '==5.0'\n[requires]\npython_version = '3.8'\n", want: "a 1.0; b 2.0; c; e 5.0 (dev)"},
		{path: "environment.yml", text: "name: x\ndependencies:\n  - python=3.8\n  - numpy==1.0\n  - pip:\n      - a==1.0\n      - -r requirements.txt\n      - git+https://x.example/b\n", want: "a 1.0"},
		{path: "conda-lock.yml", text: "package:\n- name: flask\n  version: 1.0.2\n  manager: conda\n  url: https://x.example/noarch/flask-1.0.2-pyhd8ed1ab_0.conda\n- name: openssl\n  version: 1.1.1\n  manager: conda\n  url: https://x.example/linux-64/openssl-1.1.1-h516909a_0.tar.bz2\n- name: a\n  version: '2.0'\n  manager: pip\n  category: dev\n", want: "a 2.0 (dev); flask 1.0.2"},
		{path: "pixi.lock", text: "version: 6\npackages:\n- conda: https://x.example/linux-64/numpy-1.26.0-py311h64a7726_0.conda\n- conda: https://x.example/linux-64/python-3.11.0-h1_cpython.conda\n- pypi: https://x.example/a.whl\n  name: a\n  version: 1.0\n", want: "a 1.0; numpy 1.26.0"},
		{path: "versions.cfg", text: "[buildout]\nversions = versions\n[versions]\na = 1.0  # why\nb = >=2\n", want: "a 1.0; b"},
		{path: "dist/My_Pkg-1.0-cp38-cp38-manylinux1_x86_64.whl", want: "my-pkg 1.0"},
		{path: "dist/a-b-1.0-py2.7.egg", want: ""},
		{path: "dist/notwheel.whl", want: ""},
	}
}

func webForms() []form {
	return []form{
		{path: "package.json", text: `{"dependencies": {"a": "1.2.3", "b": "=1.0.0", "c": "v2.0.0", "d": "^1.0.0", "e": "1.2", "f": "npm:g@3.0.0", "h": "file:../h", "i": "git+https://x.example/i.git#v1.0.0", "j": "1.0.0 || 2.0.0", "k": "latest"}, "devDependencies": {"@s/l": "1.0.0-rc.1"}, "peerDependencies": {"m": "1.0.0"}}`,
			want: "@s/l 1.0.0-rc.1 (dev); a 1.2.3; b 1.0.0; c 2.0.0; d; e; g 3.0.0; i; j; k"},
		{path: "package.json5", text: "{\n  // a: '9.9.9'\n  dependencies: {\n    a: '1.2.3', /* last */\n  },\n}\n", want: "a 1.2.3"},
		{path: "bower.json", text: `{"dependencies": {"jquery": "2.1.1", "angular": "~1.2", "ours": "1.0.0", "x": "components/moment#2.0.0"}, "devDependencies": {"lodash": "4.0.0"}}`, want: "angular; jquery 2.1.1; lodash 4.0.0 (dev); moment 2.0.0"},
		{path: "deno.json", text: "{\n  \"imports\": {\n    // \"x\": \"npm:x@1.0.0\"\n    \"a\": \"npm:a@1.0.0/sub\", \"b\": \"npm:@s/b@^2\", \"c\": \"jsr:@std/c@1.0.0\", \"d\": \"https://esm.sh/d@3.0.0?dev\", \"e\": \"https://deno.land/x/e@1.0.0/mod.ts\"\n  }\n}\n", want: "@s/b; a 1.0.0; d 3.0.0"},
		{path: "deno.lock", text: `{"version": "5", "npm": {"lodash@4.17.20": {"integrity": "x"}, "@s/a@1.0.0_react@18.0.0": {}}, "jsr": {"@std/x@1.0.0": {}}}`, want: "@s/a 1.0.0; lodash 4.17.20"},
		{path: "deno.lock", text: `{"version": "2", "npm": {"specifiers": {"lodash@4": "lodash@4.17.20"}, "packages": {"lodash@4.17.20": {}}}}`, want: "lodash 4.17.20"},
		{path: "libman.json", text: `{"defaultProvider": "cdnjs", "libraries": [{"library": "twitter-bootstrap@3.0.0"}, {"library": "ours@1.0.0"}, {"library": "@s/a@1.0.0", "provider": "unpkg"}]}`, want: "@s/a 1.0.0; bootstrap 3.0.0"},
		{path: "config/importmap.rb", text: "# pin \"z\", to: \"https://ga.jspm.io/npm:z@1.0.0/z.js\"\npin \"application\"\npin 'a', to: 'https://ga.jspm.io/npm:a@1.0.0/a.js', preload: true\npin \"b\" # @2.0.0\n", want: "a 1.0.0; b 2.0.0"},
		{path: "js/app.min.js", text: "/*! ours v1.0.0 */", want: ""},
		{path: "js/lib.min.js", text: "/*!\n * Bootstrap v3.3.1 (http://x.example)\n */", want: "bootstrap 3.3.1"},
		{path: "js/jquery.min.js", text: "/*! jQuery JavaScript Library v1.11.0 | (c) x */", want: "jquery 1.11.0"},
		{path: "js/jquery-ui-1.12.1.min.js", text: "!function(){}", want: "jquery-ui 1.12.1"},
		{path: "js/angular.min.js", text: "/*\n AngularJS v1.2.3\n*/", want: "angular 1.2.3"},
		{path: "js/plugin.min.js", text: "/*! jQuery Plugin v1.0.0 */", want: ""},
		{path: "composer.json", text: `{"require": {"php": "^8", "ext-json": "*", "A/B": "1.0.2", "c/d": "=2.0", "e/f": "v3.1.4", "g/h": "^1", "i/j": "dev-main", "k/l": "1.*", "m/n": "1.0@stable"}, "require-dev": {"o/p": "9.5.0"}}`,
			want: "a/b 1.0.2; c/d 2.0; e/f v3.1.4; g/h; i/j; k/l; m/n 1.0; o/p 9.5.0 (dev)"},
		{path: "pubspec.yaml", text: "name: x\ndependencies:\n  flutter:\n    sdk: flutter\n  a: 1.0.0\n  b: ^1.0.0\n  c:\n    path: ../c\n  d:\n    hosted: https://x.example\n    version: 2.0.0\ndev_dependencies:\n  e: \"1.0.0+1\"\n", want: "a 1.0.0; b; d 2.0.0; e 1.0.0+1 (dev)"},
		{path: "package.yaml", text: "name: x\ndependencies:\n- base >= 4\n- aeson ==1.0\nlibrary:\n  dependencies: [lens == 4.0]\ntests:\n  t:\n    dependencies:\n    - hspec == 2.0\n", want: "aeson 1.0; hspec 2.0 (test); lens 4.0"},
		{path: "package.js", text: "Npm.depends({\n  lodash: '4.17.20', // x\n  'a-b': \"1.0.0\"\n});\n", want: "a-b 1.0.0; lodash 4.17.20"},
	}
}

func jvmForms() []form {
	return []form{
		{path: "a/build.gradle", text: "// implementation 'x:y:1'\next { bVersion = '2.0' }\ndef v = \"3.0\"\ndependencies {\n  implementation 'a:b:1.0', 'a:c:1.1'\n  testImplementation(\"a:d:$bVersion\")\n  api \"a:e:${v}:jdk8@jar\"\n  compileOnly \"a:f:$unknown\"\n  runtimeOnly 'a:g:1.+'\n  implementation platform('a:bom:1')\n  implementation 'a:h'\n  classpath(\"a:i:1\")\n  implementation(group: 'a', name: 'j', version: v) { exclude group: 'no', module: 'no' }\n  implementation project(':own')\n  implementation 'a:k:[1.0,2.0)'\n  implementation 'a:l:1.0!!'\n  /* implementation 'a:m:1' */\n}\n",
			want: "a:b 1.0; a:c 1.1; a:d 2.0 (test); a:e 3.0; a:f; a:g; a:h; a:i 1 (dev); a:j 3.0; a:k; a:l 1.0"},
		{path: "app/build.gradle.kts", text: "val ktor = \"1.0\"\ndependencies { implementation(\"a:b:$ktor\"); testImplementation(\"a\", \"c\", \"2.0\")\n implementation(\"a:d:${property(\"dVersion\")}\") }\n", beside: "gradle.properties\n# x\ndVersion=4.0\n", want: "a:b 1.0; a:c 2.0; a:d 4.0"},
		{path: "x.gradle", text: "apply from: \"$rootDir/gradle/v.gradle\"\ncompile name: 'b', version: vB, group: 'a'\nruntime group: \"a\", name: \"c\", version: \"${versions.c}\"\ncompile(\n  'a:d:1',\n  'a:e:2'\n)\n", beside: "gradle/v.gradle\next.vB = '1.0'\next.versions = [\n  c: '2.0',\n]\n", want: "a:b 1.0; a:c 2.0; a:d 1; a:e 2"},
		{path: "gradle/libs.versions.toml", text: "[versions]\nx = '1.0'\ny = { strictly = '2.0' }\nz = '[1,2)'\n[libraries]\na = { module = 'a:a', version.ref = 'x' }\nb = { group = 'a', name = 'b', version.ref = 'y' }\nc = 'a:c:3.0'\nd = { module = 'a:d' }\ne = { module = 'a:e', version = '5.0' }\nf = { module = 'a:f', version.ref = 'z' }\n[plugins]\np = { id = 'x', version = '1' }\n",
			want: "a:a 1.0; a:b 2.0; a:c 3.0; a:d; a:e 5.0; a:f"},
		{path: "ivy.xml", text: `<ivy-module version="2.0"><!-- <dependency org="x" name="x" rev="1"/> --><dependencies><dependency org="a" name="b" rev="1.0" conf="test->default"/><dependency org="a" name="c" rev="latest.integration"/><dependency org="a" name="d" rev="${v}"/></dependencies></ivy-module>`, want: "a:b 1.0 (test); a:c; a:d"},
		{path: "project.clj", text: "(defproject x \"1\"\n  :dependencies [[a/b \"1.0\" :exclusions [c/d]]\n                 [e \"2.0\"] ; [f \"3.0\"]\n                 #_[g \"4.0\"]\n                 [h/i :version]]\n  :profiles {:dev {:dependencies [[j \"5.0\"]]}})\n", want: "a:b 1.0; e:e 2.0; j:j 5.0 (dev)"},
		{path: "deps.edn", text: "{:deps {a/b {:mvn/version \"1.0\"}\n c/d {:git/sha \"x\"}\n e {:exclusions [x/y] :mvn/version \"2.0\"}}}\n", want: "a:b 1.0; e:e 2.0"},
		{path: "build.sbt", text: "scalaVersion := \"2.13.8\"\nval v = \"1.0\"\nlibraryDependencies ++= Seq(\n  \"a\" %% \"b\" % v,\n  \"a\" % \"c\" % \"2.0\" % Test, // \"a\" % \"x\" % \"1\"\n  \"a\" % \"d\" % Versions.d,\n  \"a\" %%% \"e\" % \"1\"\n)\n", want: "a:b_2.13 1.0; a:c 2.0 (test); a:d"},
		{path: "build.sbt", text: "libraryDependencies += \"a\" %% \"b\" % \"1\"\n", want: ""},
		{path: "project.scala", text: "//> using scala 3.3.0\n//> using dep a:b:1.0\n//> using test.dep a:c:2.0\n", want: "a:b 1.0; a:c 2.0 (test)"},
		{path: "WORKSPACE", text: "maven_install(\n  artifacts = [\n    \"a:b:1.0\", # x\n    # \"a:x:1\",\n    \"a:c:jar:linux:2.0\",\n    maven.artifact(group = \"a\", artifact = \"d\", version = \"3.0\"),\n  ],\n  deps = [\"//x:y\", \"@z//a:b\"],\n)\ngo_repository(\n  name = \"x\",\n  importpath = \"golang.org/x/text\",\n  version = \"v0.3.2\",\n)\n", want: "a:b 1.0; a:c 2.0; a:d 3.0; golang.org/x/text 0.3.2"},
		{path: "maven_install.json", text: `{"dependency_tree": {"dependencies": [{"coord": "a:b:1.0"}, {"coord": "a:b:jar:sources:1.0"}]}}`, want: "a:b 1.0"},
		{path: ".mvn/extensions.xml", text: "<extensions>\n<extension>\n<groupId>a</groupId>\n<artifactId>b</artifactId>\n<version>1.0</version>\n</extension></extensions>", want: "a:b 1.0 (test)"},
	}
}

func compiledForms() []form {
	return []form{
		{path: "Cargo.toml", text: "[dependencies]\na = '=1.0.0'\nb = '1.0.0'\nc = { version = '= 2.0.0', features = ['x'] }\nd = { path = '../d', version = '=1.0.0' }\ne = { package = 'f', version = '=3.0.0' }\ng = { git = 'https://x.example/g', version = '=1.0.0' }\nh = { workspace = true }\n[target.'cfg(unix)'.dev-dependencies]\ni = '=1.0.0'\n[workspace.dependencies]\nj = '=4.0.0'\n",
			want: "a 1.0.0; b; c 2.0.0; f 3.0.0; g; i 1.0.0 (dev); j 4.0.0"},
		{path: "Gopkg.toml", text: "[[constraint]]\n  name = 'github.com/a/b'\n  version = '=1.0.0'\n[[constraint]]\n  name = 'github.com/a/c'\n  version = '1.0.0'\n", want: "github.com/a/b 1.0.0; github.com/a/c"},
		{path: "Gopkg.lock", text: "[[projects]]\n  digest = 'x'\n  name = 'github.com/a/b'\n  packages = ['.', 'sub']\n  revision = 'aa'\n  version = 'v1.0.0'\n[[projects]]\n  branch = 'master'\n  name = 'golang.org/x/net'\n  revision = 'bb'\n", want: "github.com/a/b 1.0.0; golang.org/x/net"},
		{path: "Godeps/Godeps.json", text: `{"Deps": [{"ImportPath": "github.com/a/b/sub", "Comment": "v1.0.0"}, {"ImportPath": "github.com/a/c", "Comment": "v1.0.0-5-g0123abc"}]}`, want: "github.com/a/b 1.0.0; github.com/a/c"},
		{path: "glide.lock", text: "hash: x\nimports:\n- name: github.com/a/b\n  version: v1.0.0\n- name: github.com/a/c\n  version: 0123456789abcdef0123456789abcdef01234567\n", want: "github.com/a/b 1.0.0; github.com/a/c"},
		{path: "vendor/modules.txt", text: "# github.com/a/b v1.0.0\n## explicit\ngithub.com/a/b/sub\n# github.com/a/c v1.0.0 => ../c\n# github.com/a/d v0.0.0-20200101000000-0123456789ab\n", want: "github.com/a/b 1.0.0; github.com/a/c; github.com/a/d 0.0.0-20200101000000-0123456789ab"},
		{path: "x.targets", text: `<Project><PropertyGroup><V>2.0</V></PropertyGroup><ItemGroup><PackageReference Include="A" Version="1.0"/><PackageReference Include="B" Version="$(V)"/><PackageReference Include="C"><Version>[3.0,4.0)</Version></PackageReference><PackageReference Include="D" Version="1.*"/><PackageReference Include="$(E)" Version="1.0"/></ItemGroup></Project>`, want: "A 1.0; B 2.0; C 3.0; D"},
		{path: "paket.dependencies", text: "source https://x.example\n// nuget X 1.0\nnuget A 1.0\nnuget B ~> 2.0\nnuget C\nnuget D == 3.0 restriction: >= net45\nnuget E >= 1.0 < 2.0\ngroup Test\n  nuget F 4.0\n", want: "A 1.0; B; C; D 3.0; E; F 4.0 (test)"},
		{path: "paket.lock", text: "RESTRICTION: == net45\nNUGET\n  remote: https://x.example\n    A (1.0)\n      B (>= 2.0)\n    B (2.0) - restriction: x\nGITHUB\n  remote: x/y\n    z.fs (0123)\nGROUP Test\nNUGET\n  remote: https://x.example\n    C (3.0)\n", want: "A 1.0; B 2.0; C 3.0 (test)"},
		{path: "project.json", text: "{\n  \"dependencies\": {\"A\": \"1.0.0\", \"B\": {\"version\": \"2.0.0\", \"type\": \"build\"}, \"Own\": {\"target\": \"project\"}, \"C\": \"1.0.0-*\"},\n  \"frameworks\": {\"net45\": {\"dependencies\": {\"D\": \"3.0.0\"}}}\n}\n", want: "A 1.0.0; B 2.0.0; C; D 3.0.0"},
		{path: "Package.swift", text: "let package = Package(dependencies: [\n  // .package(url: \"https://github.com/x/x\", exact: \"1.0.0\"),\n  .package(url: \"https://github.com/a/b.git\", exact: \"1.0.0\"),\n  .package(name: \"c\", url: \"https://github.com/a/c\", .exact(\"2.0.0\")),\n  .package(url: \"https://github.com/a/d\", from: \"3.0.0\"),\n  .package(path: \"../own\"),\n])\n", want: "github.com/a/b 1.0.0; github.com/a/c 2.0.0; github.com/a/d"},
		{path: "Cartfile", text: "github \"a/b\" == 1.0.0 # x\ngithub \"a/c\" ~> 2.0\ngit \"https://x.example/d.git\" == 3.0.0\nbinary \"https://x.example/e.json\" == 1.0\n", want: "github.com/a/b 1.0.0; github.com/a/c; x.example/d 3.0.0"},
		{path: "conanfile.txt", text: "[requires]\na/1.0\nb/2.0@user/stable\nc/[>1.0]  # x\nd/3.0@_/_#rev\n[tool_requires]\ncmake/3.20\n[options]\na:x=1/2\n", want: "a 1.0; b; c; cmake 3.20 (build-requires); d 3.0"},
		{path: "conanfile.py", text: "class X(ConanFile):\n  # requires = 'x/1'\n  requires = (\"a/1.0\", 'b/2.0')\n  def requirements(self):\n    self.requires('c/3.0', force=True)\n    self.requires(f'd/{v}')\n  tool_requires = 'cmake/3.20'\n", want: "a 1.0; b 2.0; c 3.0; cmake 3.20 (build-requires); d"},
	}
}

func otherForms() []form {
	return []form{
		{path: "Gemfile", text: "source 'https://x.example'\nruby '3.0'\n# gem 'x', '1'\ngem 'a', '1.0'\ngem \"b\", \"= 2.0\", require: false\ngem 'c', '~> 3.0'\ngem 'd', git: 'https://x.example/d', tag: '1'\ngem 'e', path: '../e'\ngem('f', '4.0') # y\ngroup :development, :test do\n  gem 'g', '5.0'\nend\ngem 'h',\n  '6.0',\n  group: :test\ngem 'i', '>= 1', '< 2'\n",
			want: "a 1.0; b 2.0; c; d; f 4.0; g 5.0 (test); h 6.0 (test); i"},
		{path: "x.gemspec", text: "Gem::Specification.new do |s|\n  s.version = '1.0'\n  s.add_dependency 'a', '1.0'\n  s.add_runtime_dependency(%q<b>.freeze, [\"= 2.0\"])\n  s.add_development_dependency \"c\", \"= 3.0\"\n  s.add_dependency 'd', '~> 1', '>= 1.2'\nend\n", want: "a 1.0; b 2.0; c 3.0 (development); d"},
		{path: "mix.exs", text: "defp deps do\n  [\n    {:a, \"1.0.0\"},\n    {:b, \"== 2.0.0\", only: [:dev, :test]},\n    # {:x, \"1.0.0\"},\n    {:c, \"~> 1.0\"},\n    {:d, path: \"../d\"},\n    {:e, \"3.0.0\", hex: :f}\n  ]\nend\ndef x, do: {:error, \"1.0.0\"}\n", want: "a 1.0.0; b 2.0.0 (dev); c; f 3.0.0"},
		{path: "rebar.config", text: "{erl_opts, [debug_info]}.\n{deps, [\n  {a, \"1.0.0\"}, % {x, \"1.0.0\"}\n  {b, \"~> 2.0\"},\n  {c, \"3.0.0\", {pkg, d}},\n  {e, {git, \"https://x.example/e\", {tag, \"1.0.0\"}}}\n]}.\n{plugins, [{f, \"4.0.0\"}]}.\n", want: "a 1.0.0; b; d 3.0.0; f 4.0.0 (dev)"},
		{path: "rebar.lock", text: "{\"1.2.0\",\n[{<<\"a\">>,{pkg,<<\"b\">>,<<\"1.0.0\">>},0},\n {<<\"c\">>,{git,\"https://x.example/c\",{ref,\"aa\"}},1}]}.\n[\n{pkg_hash,[{<<\"a\">>, <<\"AA\">>}]}].\n", want: "b 1.0.0; c"},
		{path: "x.cabal", text: "name: x\nlibrary\n  -- build-depends: y ==1\n  build-depends:    base >=4 && <5\n                  , aeson ==1.0\n                  , lens ^>=4\n                  , text == 1.2\n  default-language: Haskell2010\ntest-suite t\n  build-depends: hspec ==2.0.*, tasty ==1.4\n", want: "aeson 1.0; hspec (test); lens; tasty 1.4 (test); text 1.2"},
		{path: "cabal.config", text: "constraints: any.aeson ==1.0,\n             lens ==4.0,\n             lens +inline\n", want: "aeson 1.0; lens 4.0"},
		{path: "stack.yaml", text: "resolver: lts-1\nextra-deps:\n- aeson-1.0@sha256:aa,1\n- text-show-3.9  # x\n- git: https://x.example/y\n  commit: aa\n", want: "aeson 1.0; text-show 3.9"},
		{path: "x.opam", text: "depends: [\n  \"ocaml\" {>= \"4.0\"}\n  \"a\" {= \"1.0\"} # x\n  \"b\" {with-test & = \"2.0\"}\n]\n", want: "a 1.0; b 2.0 (test); ocaml"},
		{path: "DESCRIPTION", text: "Package: x\nDepends: R (>= 3.5), a (== 1.0)\nImports:\n    b (>= 2.0),\n    methods\nSuggests: c\n", want: "a 1.0; b; c (test)"},
		{path: "install.R", text: "# install_version('x', '1')\nremotes::install_version(\"a\", version = \"1.0\")\nrenv::install(c('b@2.0', 'c'))\n", want: "a 1.0; b 2.0"},
		{path: "packrat/packrat.lock", text: "PackratFormat: 1.4\nRVersion: 3.5\n\nPackage: a\nSource: CRAN\nVersion: 1.0\nHash: x\n\nPackage: b\nSource: github\nVersion: 2.0\n", want: "a 1.0; b"},
		{path: "Manifest.toml", text: "julia_version = '1.9'\n[[deps.HTTP]]\ngit-tree-sha1 = 'aa'\nversion = '1.0.0'\n[[deps.Dates]]\nuuid = 'x'\n[[deps.Dev]]\npath = '../Dev'\ngit-tree-sha1 = 'b'\nversion = '2.0.0'\n", want: "HTTP 1.0.0"},
		{path: "gleam.toml", text: "name = 'x'\n[dependencies]\na = '1.0.0'\nb = '~> 1.0'\n[dev-dependencies]\nc = '2.0.0'\n", want: "a 1.0.0; b; c 2.0.0 (dev)"},
	}
}

// Whatever a text holds, what is listed stands in it or in its name, and no reader fails.
func FuzzOf(f *testing.F) {
	for _, c := range forms() {
		f.Add(c.path, c.text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		if len(name) > 100 {
			return
		}
		for _, p := range pins.Of(pins.Manifest{Path: name, Text: []byte(text)}) {
			if p.Name == "" || p.Ecosystem == "" || p.Path != name || len(p.Name) > 400 {
				t.Errorf("%+v", p)
			}
			if p.Version != "" && !strings.Contains(text+name, p.Version) {
				t.Errorf("%s stands at %q nowhere in the text", p.Name, p.Version)
			}
		}
	})
}
