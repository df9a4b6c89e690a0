package signals

import (
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

// movedInOtherLanguages says, of the repository or the project, that it moved; the address
// stands behind it, or in German before the verb.
var movedInOtherLanguages = lazy.Pattern(strings.Join([]string{
	// Spanish, Portuguese
	`(?:^|[\s¡(:])(?:est[ea]|el|o) (?:repositorio|reposit[oó]rio|proyecto|projet?c?to|c[oó]digo|desarrollo|desenvolvimento)(?: de [\p{L}]+)? (?:ahora |agora )?(?:(?:se )?(?:ha |fue |foi |est[aá] )(?:sido )?(?:movido|trasladado|migrado|mudado|transferido|reubicado)|se (?:movi[oó]|traslad[oó]|mud[oó]|migr[oó])|(?:mudou|moveu)(?:-se)?|migrou|contin[uú]a|vive) `,
	// French
	`(?:^|[\s(:])(?:ce|le) (?:d[eé]p[oô]t|projet|code|d[eé]veloppement) (?:a (?:[eé]t[eé] )?(?:d[eé]plac[eé]|d[eé]m[eé]nag[eé]|migr[eé]|transf[eé]r[eé])|est d[eé]sormais|est maintenant|se poursuit|continue)(?: [\p{L}]+)? `,
	// Italian
	`(?:^|[\s(:])(?:questo|il) (?:repository|progetto|codice) (?:[eè] stato (?:spostato|trasferito|migrato)|si [eè] (?:spostato|trasferito)|ora si trova) `,
	// German, Dutch
	`(?:^|[\s(:])(?:dieses|das|die|dit|deze) (?:repository|repositorium|projekt|project|repo|entwicklung) (?:ist|wurde|zieht|is|wird)(?: [\p{L}]+)? (?:nach|zu|auf|unter|naar|verplaatst naar|verhuisd naar) `,
	// Russian, Ukrainian, Polish
	`(?:^|[\s(:])(?:этот |данный |наш )?(?:проект|репозиторий|код) (?:был )?(?:перен[её]с[её]н|переехал|перемещ[её]н|переведён|переведен) (?:в |на |по адресу )`,
	`(?:^|[\s(:])(?:цей )?(?:проєкт|проект|репозиторій) (?:було )?(?:перенесено|переїхав|переміщено) (?:в |на |до )`,
	`(?:^|[\s(:])(?:ten |to )?(?:projekt|repozytorium) (?:został[oa]? )?przeniesion[eya] (?:do|na) `,
	// Chinese, Japanese, Korean
	`(?:本|此|该|該|这个|這個)?(?:项目|仓库|代码库|代码|專案|倉庫|儲存庫)(?:现|現)?(?:已经|已經|已)?(?:迁移|遷移|移动|搬迁|搬遷|转移|轉移|移)(?:至|到|往)`,
	`(?:この|本)(?:プロジェクト|リポジトリ)は.{0,200}に(?:移行|移動|移転)し`,
	// Arabic
	`(?:تم نقل|انتقل|نُقل|نقل) (?:هذا )?(?:المشروع|المستودع)(?: هذا)? إلى`,
	// Indonesian, Turkish
	`(?:^|[\s(:])(?:proyek|repositori) ini (?:telah |sudah )?(?:dipindahkan|pindah) ke `,
}, "|"))

// movedAway ends a German sentence whose verb comes last.
var movedAway = lazy.Pattern(`(?:umgezogen|verschoben|migriert|umgesiedelt|übergegangen|weiterentwickelt|fortgeführt|verhuisd|verplaatst)\s*$`)

// readMovedElsewhere reads a sentence, in lower case, of another language than English that
// says to which address the project moved. Without an address it is no statement: a project
// moves to a language, a cycle or a foundation, too.
func (r *endReader) readMovedElsewhere(sentence string) end {
	address := addressOf().FindString(sentence)
	if address == "" {
		return end{}
	}
	at := movedInOtherLanguages().FindStringIndex(sentence)
	if at == nil || r.isOwn(address) || gathering().MatchString(address) || r.inSection ||
		aliveInOtherLanguages().MatchString(sentence) || partInOtherLanguages().MatchString(strings.TrimSpace(sentence[:at[0]])) {
		return end{}
	}
	if german := sentence[at[0]:at[1]]; strings.Contains(german, " ist ") || strings.Contains(german, " wurde ") || strings.Contains(german, " wird ") {
		if !movedAway().MatchString(sentence) {
			return end{}
		}
	}
	between, _, _ := strings.Cut(sentence[at[1]:], address)
	const mostBefore = 6 // words between a move and its address: "to our new home"
	words := len(strings.Fields(between))
	if strings.Contains(sentence[at[1]:], address) && (words > mostBefore || strings.ContainsAny(between, ",;，")) {
		return end{} // "moved to TypeScript; see https://…"
	}
	return end{kind: "that the repository has moved", certain: words <= 2 || forgeAddress().MatchString(address)}
}

// cameToAnEnd are statements that a project has come to its end, in several languages.
func cameToAnEnd() []string {
	return []string{
		`(?:^|[\s¡(:])est[ea] (?:proyecto|projeto|software|programa|repositorio|reposit[oó]rio) (?:ha )?(?:lleg(?:ado|[oó])|chegou) (?:a su|ao) (?:fin(?:al)?|fim)(?:$|[,;!])`,
		`(?:^|[\s(:])ce (?:projet|logiciel|d[eé]p[oô]t) (?:est arriv[eé] [aà] (?:son terme|sa fin|terme)|a pris fin|touche [aà] sa fin)`,
		`(?:^|[\s(:])quest[oa] (?:progetto|software|repository|applicazione) (?:[eè] (?:giunt[oa]|arrivat[oa]) al(?:la)? (?:termine|fine)|[eè] terminat[oa])`,
		`(?:^|[\s(:])diese[srm]? (?:projekt|software|anwendung|app|repository) (?:ist (?:zu|am) ende(?:$|[,;!])|(?:ist|wurde) (?:beendet|geschlossen|aufgegeben|abgebrochen))`,
		`(?:^|[\s(:])работа над (?:этим )?(?:проектом|репозиторием|приложением) (?:остановлена|прекращена|не ведётся|не ведется|завершена)`,
		`(?:本|此|该|該)(?:项目|仓库|软件|工具|專案|倉庫)(?:已经|已經|已)?(?:结束|結束|终止|終止)(?:$|[，,。])`,
		`(?:انتهى|أُغلق|تم إغلاق) هذا (?:المشروع|المستودع|البرنامج)`,
	}
}
