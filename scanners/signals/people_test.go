package signals_test

import "testing"

func TestGovernanceFilesNamePeopleAndTeams(t *testing.T) {
	const none = 0.0
	for name, test := range map[string]struct {
		files files
		want  map[string]any
	}{
		"no file": {files{"README.md": "by @ada"}, map[string]any{"governance.people-named": none, "governance.teams-named": none}},
		"code owners": {files{".github/CODEOWNERS": "# @nobody here\n* @ada @Org/Core @ORG/core\n/docs/ bo@mill.example @ADA # and @cy\n*.go dan@mill.example security@mill.example\n"},
			map[string]any{"governance.people-named": 2.0, "governance.teams-named": 1.0}},
		"maintainers": {files{"MAINTAINERS.md": "| Ada Ore | [@ada](https://github.com/ada) | ada@forge.example |\n* Bo Lind <bo@mill.example>\n* https://gitlab.com/cy\n* @scope/package\n"},
			map[string]any{"governance.people-named": 3.0, "governance.teams-named": "unknown"}},
		"a list of owners": {files{"OWNERS": "approvers:\n- ada\n- bo\nreviewers:\n- ada\n"}, map[string]any{"governance.people-named": 2.0}},
		"prose":            {files{"GOVERNANCE.md": "Ada leads. See https://github.com/org/project and mail info@org.example.\n"}, map[string]any{"governance.people-named": "unknown"}},
		"an empty file":    {files{"CODEOWNERS": "\n"}, map[string]any{"governance.people-named": none, "governance.teams-named": none}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, scan(t, repository(t, test.files)), test.want) })
	}
}
