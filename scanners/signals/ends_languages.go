package signals

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/lazy"
)

// readOtherLanguages reads a sentence, in lower case, of the other five UN languages and of
// some that many goods are written in. The subject is always "this project", or the work
// on it. What follows decides, as in English: a platform, one who goes on, a new beginning.
func readOtherLanguages(sentence string) end {
	if !mayBeForeign(sentence) {
		return end{}
	}
	sentence = withDemonstrative(sentence)
	at := endInOtherLanguages().FindStringIndex(sentence)
	if at == nil || aliveInOtherLanguages().MatchString(sentence) {
		return end{}
	}
	before, tail := strings.TrimSpace(sentence[:at[0]]), sentence[at[1]:]
	if partInOtherLanguages().MatchString(before) {
		return end{}
	}
	next, _ := utf8.DecodeRuneInString(tail)
	statement := end{kind: "that the project is at its end", certain: true}
	switch {
	case qualifies().MatchString(tail):
		return end{} // "veraltet dokumentiert": what follows is meant
	case causeInOtherLanguages().MatchString(tail):
	case placeInOtherLanguages().MatchString(tail):
		return end{}
	case agentInOtherLanguages().MatchString(tail):
		if contrastInOtherLanguages().MatchString(tail) || !ownersInOtherLanguages().MatchString(tail) && notInOtherLanguages().MatchString(sentence[at[0]:at[1]]) {
			return end{} // "is not maintained by the state, but by volunteers"
		}
	case next >= '0' && next <= '9':
		return end{} // a version
	}
	if contrastInOtherLanguages().MatchString(tail) {
		statement.certain = false
	}
	return statement
}

// foreignWords are parts of words of which each statement in another language that is written
// in plain letters holds one.
var foreignWords = strings.Fields("proyecto repositorio paquete software librer biblioteca herramienta programa aplicac desarrollo mantenimiento proje reposit pacote " +
	"ferramenta desenvolvimento manuten depot logiciel paquet outil programme application developpement maintenance progett pacchett libreria strument " +
	"applicazione sviluppo repository projekt paket bibliothek anwendung entwicklung wartung pflege dieses dit deze pakk proyek projek perangkat aplikasi depo uygulama")

// mayBeForeign is false for most sentences in English, without a pattern.
func mayBeForeign(sentence string) bool {
	for i := range len(sentence) {
		if sentence[i] >= utf8.RuneSelf {
			return true
		}
	}
	return slices.ContainsFunc(foreignWords, func(word string) bool { return strings.Contains(sentence, word) })
}

// articles put "this project" for "the project" at the start of a sentence, by language.
var articles = []struct {
	pattern func() *regexp.Regexp
	this    string
}{
	{lazy.Pattern(`^das (projekt|repository|repo)\b`), "dieses $1"},
	{lazy.Pattern(`^le (projet|dépôt|logiciel)(\s)`), "ce $1$2"},
	{lazy.Pattern(`^el (proyecto|repositorio)\b`), "este $1"},
	{lazy.Pattern(`^o (projeto|reposit[oó]rio)\b`), "este $1"},
	{lazy.Pattern(`^il (progetto|repository)\b`), "questo $1"},
	{lazy.Pattern(`^(项目|仓库|專案|倉庫)(已|现|目前)`), "本$1$2"},
}

func withDemonstrative(sentence string) string {
	for _, article := range articles {
		sentence = article.pattern().ReplaceAllString(sentence, article.this)
	}
	return sentence
}

var (
	// partInOtherLanguages ends a text after which "this project" is not what the sentence
	// is about: "the documentation of this project".
	partInOtherLanguages = lazy.Pattern(`(?:^|\s)(?:de|del|en|para|con|por|sobre|a|al|do|da|em|com|pour|dans|avec|par|sur|du|di|per|in|su|von|für|mit|bei|aus|zu|voor|van|met|w|z|dla|` +
		`untuk|dari|dalam|к|в|для|с|от|из|на|у|про)$|\p{Arabic}$|(?:的|用|与|與|和)$`)
	// placeInOtherLanguages is where or for what alone something ended.
	placeInOtherLanguages = lazy.Pattern(`^ (?:para|en|sobre|pour|sur|sous|avec|dans|au|aux|per|su|sul|sulla|sui|nel|nella|con|com|em|n[oa]s?|für|unter|auf|im|am|mit|voor|op|onder|na|dla|untuk|di|pada|на|для|под|в|с версии)\s|^ (?:على|في|مع) |^ ?[a-z0-9.]+ ?(?:版本|版|分支|系列)`)
	// qualifies is a participle that follows at once, as German puts it.
	qualifies = lazy.Pattern(`^ (?:\p{L}+iert|beschrieben|benannt|gestaltet|übersetzt|angezeigt|gespeichert|abgelegt|geschrieben)\b`)
	// causeInOtherLanguages is a time or a reason, which is no place.
	causeInOtherLanguages = lazy.Pattern(`^ (?:en|em|nel|dal|im|am|desde|depuis|seit|sinds|od|sejak|с|в|на)(?: el| le| dem| o| a| año| l'année| jahr| tahun| roku)? (?:(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|` +
		`janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)(?: de)? )?(?:19|20)\d\d` +
		`|^ (?:en favor|a favor|em favor|en faveur|au profit|a favore|zugunsten|ten gunste|na rzecz|в пользу|este momento|ce moment|questo momento)`)
	agentInOtherLanguages    = lazy.Pattern(`^ (?:por|pelos?|pelas?|par|da|dal|dalla|dallo|dai|von|vom|durch|door|przez|oleh) |^ (?:par|d|dall)['’]|^ [\p{Cyrillic}]+(?:ом|ем|ой|ами|ями)(?:$|[ ,])`)
	ownersInOtherLanguages   = lazy.Pattern(`^ \S+ ?(?:(?:los?|las?|os?|as?|les?|l'|seinem?n?|den|dem|ses|seus?|sus?|nos|ihren|de) ?)*(?:autor|aut[eo]u?r|mantenedor|mainteneur|d[eé]velopp|desarroll|desenvolv|sviluppator|entwickler|betreuer|maintainer|[eé]quip|team)|^ (?:автор|разработчик|команд)`)
	notInOtherLanguages      = lazy.Pattern(`(?:^|\s)(?:no|não|nao|n['’]\S+ pas|non|nicht|niet|nie|tidak|не)(?:\s|$)|pas\s`)
	contrastInOtherLanguages = lazy.Pattern(`[,;] (?:pero|sino|mas|mais|ma|bensì|aber|sondern|maar|ale|lecz|tetapi|melainkan|namun|но|а|однако)\s|但|لكن|بل `)
	aliveInOtherLanguages    = lazy.Pattern(`reactiv|retomad|restaurad|restablecid|recuperad|relan[cç]|repris (?:par|en)|ripres|wiederaufgenommen|wieder (?:gepflegt|aktiv)|fortgeführt|weitergeführt|возобновл|возрожд|` +
		`reprend|hervat|wznowion|dilanjutkan|恢复|恢復|重启|重啟|استؤنف|استئناف`)
)

// endInOtherLanguages are the statements themselves.
var endInOtherLanguages = lazy.Pattern(strings.Join(slices.Concat(endsByLanguage(), cameToAnEnd()), "|"))

func endsByLanguage() []string {
	return []string{
		// Spanish
		`(?:^|[\s¡(:])est[ea] (?:repositorio|proyecto|paquete|m[oó]dulo|software|librer[ií]a|biblioteca|herramienta|programa|aplicaci[oó]n)(?: de [\p{L}]+)? (?:ya no (?:se (?:mantiene|desarrolla|actualiza|est[aá] manteniendo)|est[aá] (?:mantenid[oa]|en desarrollo|soportad[oa])|es mantenid[oa]|tiene (?:soporte|mantenimiento)|recibe)|` +
			`(?:ha sido|fue|est[aá]|se encuentra|ha quedado|qued[oó])(?: ahora| oficialmente)? (?:archivad[oa]|descontinuad[oa]|discontinuad[oa]|cancelad[oa]|abandonad[oa]|obsolet[oa]|en desuso|deprecad[oa]|retirad[oa]|sin mantenimiento))`,
		`^\P{L}*(?:[\p{L} ]{1,20}[:!] *)?(?:proyecto|repositorio|software|programa|aplicaci[oó]n|biblioteca) (?:ya no mantenid[oa]|cancelad[oa]|archivad[oa]|descontinuad[oa]|discontinuad[oa]|abandonad[oa]|sin mantenimiento|obsolet[oa])(?: y [\p{L} ]{1,40})?\s*$`,
		// Portuguese
		`(?:^|[\s(:])est[ea] (?:reposit[oó]rio|projeto|projecto|pacote|m[oó]dulo|software|biblioteca|ferramenta|programa|aplica[cç][aã]o|aplicativo) (?:(?:foi|est[aá]|encontra-se|ficou)(?: agora| oficialmente)? (?:descontinuad[oa]|cancelad[oa]|arquivad[oa]|abandonad[oa]|obsolet[oa]|depreciad[oa]|encerrad[oa]|sem manuten[cç][aã]o)|` +
			`(?:j[aá] )?n[aã]o (?:[eé]|est[aá]|est[aá] sendo|ser[aá]|tem|recebe)(?: mais)? ?(?:mais )?(?:mantid[oa]|suportad[oa]|atualizad[oa]|em desenvolvimento|manuten[cç][aã]o|suporte|desenvolvid[oa]|sendo mantid[oa]))`,
		`^\P{L}*(?:[\p{L} ]{1,20}[:!] *)?(?:projeto|reposit[oó]rio|software|programa|aplicativo|biblioteca) (?:n[aã]o mais mantid[oa]|cancelad[oa]|arquivad[oa]|descontinuad[oa]|abandonad[oa]|encerrad[oa]|obsolet[oa]|sem manuten[cç][aã]o)(?: e [\p{L} ]{1,40})?\s*$`,
		// French
		`(?:^|[\s(:])(?:ce|cette) (?:d[eé]p[oô]t|projet|paquet|logiciel|module|r[eé]pertoire|biblioth[eè]que|outil|programme|application|extension) (?:(?:n'est|n’est|ne sera|n'a) (?:plus|pas) (?:activement |[eê]tre )?(?:maintenue?|d[eé]velopp[eé]e?|support[eé]e?|mise? [aà] jour|suivie?|en d[eé]veloppement|de maintenance)|` +
			`(?:est|a [eé]t[eé])(?: d[eé]sormais| maintenant| officiellement)? (?:(?:termin[eé]e? et )?archiv[eé]e?|obsol[eè]te|abandonn[eé]e?|d[eé]pr[eé]ci[eé]e?|arr[eê]t[eé]e?|discontinu[eé]e?))`,
		`^ce (?:projet|d[eé]p[oô]t|logiciel) [^.,;]{1,40} n['’]est plus (?:maintenu|d[eé]velopp[eé]|support[eé])`,
		`^\P{L}*(?:[\p{L} ]{1,20}[:!] *)?(?:projet|d[eé]p[oô]t|logiciel|programme|application) (?:plus maintenue?|archiv[eé]e?|abandonn[eé]e?|obsol[eè]te|arr[eê]t[eé]e?|non maintenue?)(?: et [\p{L} ]{1,40})?\s*$`,
		// Italian
		`(?:^|[\s(:])quest[oa] (?:repository|progetto|pacchetto|software|modulo|libreria|strumento|programma|applicazione) (?:non (?:[eè]|viene|sar[aà])(?: pi[uù])?(?: attivamente)? (?:pi[uù] )?(?:mantenut[oa]|supportat[oa]|sviluppat[oa]|aggiornat[oa]|in sviluppo)|` +
			`[eè](?: stat[oa])?(?: ora| ufficialmente)? (?:archiviat[oa]|abbandonat[oa]|dismess[oa]|deprecat[oa]|obsolet[oa]|discontinuat[oa]))`,
		`^\P{L}*(?:[\p{L} ]{1,20}[:!] *)?(?:progetto|repository|software|programma|applicazione) (?:non pi[uù] (?:mantenut|sviluppat|supportat)[oa]|archiviat[oa]|abbandonat[oa]|dismess[oa]|deprecat[oa]|obsolet[oa])(?: e [\p{L} ]{1,40})?\s*$`,
		// German
		`(?:^|[\s(:])diese[srm]? (?:repository|repositorium|projekt|paket|software|modul|bibliothek|repo|werkzeug|programm|anwendung|app|erweiterung) (?:wird (?:nicht (?:mehr|l[aä]nger)|nicht) (?:aktiv )?(?:gepflegt|gewartet|weiterentwickelt|unterst[uü]tzt|betreut|entwickelt|aktualisiert)|` +
			`ist (?:archiviert|veraltet|eingestellt|abgek[uü]ndigt|nicht mehr (?:aktiv|gepflegt|aktuell))|wurde (?:(?:im jahr )?(?:19|20)\d\d |inzwischen |mittlerweile |leider |offiziell )?(?:eingestellt|archiviert|aufgegeben|abgek[uü]ndigt|stillgelegt))`,
		`(?:^|[\s(:])(?:die )?(?:(?:weiter)?entwicklung|wartung|pflege)(?: (?:dieses|dieser|des|der) (?:projekte?s|repositor(?:y|iums)|pakete?s|programme?s|tools?|software|anwendung|app|bibliothek|erweiterung))? (?:wurde|ist) (?:eingestellt|beendet)`,
		`^\P{L}*(?:[\p{L} ]{1,20}[:!] *)?(?:projekt|repository|repo|software|anwendung) (?:archiviert|eingestellt|beendet|aufgegeben|stillgelegt|veraltet|nicht mehr gepflegt)(?: und [\p{L} ]{1,40})?\s*$`,
		// Russian
		`(?:^|[\s(:])(?:этот|данный|это) (?:проект|репозиторий|пакет|модуль|инструмент|приложение|библиотека) (?:больше не (?:поддерживается|развивается|обновляется|разрабатывается)|(?:устарел|заброшен|заархивирован|архивирован|закрыт|снят с поддержки)|(?:активно )?не поддерживается)`,
		`(?:^|[\s(:])(?:проект|репозиторий) (?:больше не (?:поддерживается|развивается|обновляется)|заброшен|закрыт|заархивирован|(?:перен[её]с[её]н |перемещ[её]н |отправлен |находится |теперь )?в архиве?(?:$|[ .,;!]))`,
		// Chinese, both scripts
		`(?:本|此|该|該|这个|這個|这一|當前|当前)(?:开源|開源)?(?:项目|仓库|代码库|项目仓库|库|软件|工具|專案|專案庫|倉庫|軟體|軟件|儲存庫|存储库)(?:现|現|目前|现在|現在)?(?:已经|已經|已)?(?:不再(?:进行|進行|积极|積極)?(?:维护|維護|更新|开发|開發|(?:支持|支援)(?:$|[，,。]))|停止(?:维护|維護|更新|开发|開發)|归档|歸檔|封存|废弃|廢棄|弃用|棄用|停更|(?:停止|下线|下線)(?:$|[，,。]))`,
		// Arabic
		`(?:هذا (?:المشروع|المستودع|البرنامج)|هذه (?:المكتبة|الحزمة|الأداة)) (?:لم (?:يعد|تعد) (?:يتم |تتم |قيد )?(?:صيانت|مدعوم|محدث|تطوير|التطوير|الصيانة|يُصان|صيانة|يحظى)|(?:مؤرشف|مهجور|متوقف|موقوف|مهمل|قديم)|تم (?:إيقاف|أرشفة|التخلي))`,
		`لم (?:يعد|تعد) (?:هذا (?:المشروع|المستودع|البرنامج)|هذه (?:المكتبة|الحزمة|الأداة)) (?:يتم |تتم |قيد )?(?:صيانت|مدعوم|محدث|تطوير|التطوير|الصيانة|يُصان|صيانة|يحظى)`,
		`(?:توقف|توقفت|تم إيقاف|تمت? أرشفة|تم التخلي عن|أ?وقف)(?: (?:تطوير|صيانة|دعم))? (?:هذا (?:المشروع|المستودع|البرنامج)|هذه (?:المكتبة|الحزمة|الأداة))`,
		// The work on the project, in several languages
		`(?:^|[\s¡(:])(?:el desarrollo|el mantenimiento)(?: (?:de este|del) (?:proyecto|repositorio|software|programa))? (?:ha finalizado|ha terminado|ha cesado|se ha detenido|finalizó|terminó|cesó|ha sido (?:detenido|interrumpido|abandonado))`,
		`(?:^|[\s(:])(?:o desenvolvimento|a manuten[cç][aã]o)(?: (?:deste|do) (?:projeto|reposit[oó]rio|software|programa))? (?:foi|est[aá]) (?:encerrad[oa]|interrompid[oa]|descontinuad[oa]|terminad[oa]|abandonad[oa]|parad[oa])`,
		`(?:^|[\s(:])(?:le d[eé]veloppement|la maintenance)(?: (?:de ce|du) (?:projet|d[eé]p[oô]t|logiciel))? (?:est|a [eé]t[eé]|a) (?:d[eé]sormais )?(?:arr[eê]t[eé]e?|abandonn[eé]e?|interrompue?|termin[eé]e?|cess[eé]|pris fin)`,
		`(?:^|[\s(:])(?:lo sviluppo|la manutenzione)(?: (?:di questo|del) (?:progetto|repository|software))? (?:[eè]|[eè] stat[oa]) (?:terminat[oa]|cessat[oa]|interrott[oa]|conclus[oa]|abbandonat[oa])`,
		`(?:^|[\s(:])(?:разработка|поддержка|развитие)(?: (?:этого |данного )?(?:проекта|репозитория|приложения|пакета))? (?:прекращен[ао]|прекращён|остановлен[ао]|завершен[ао])`,
		// Dutch
		`(?:^|[\s(:])(?:dit|deze) (?:project|repository|repo|pakket|software|programma|app|bibliotheek) (?:wordt niet (?:meer|langer) (?:actief )?(?:onderhouden|ontwikkeld|ondersteund|bijgewerkt)|is (?:gearchiveerd|verouderd|stopgezet|beëindigd|niet meer actief))`,
		// Polish
		`(?:^|[\s(:])(?:ten|to|ta) (?:projekt|repozytorium|pakiet|oprogramowanie|biblioteka|aplikacja) (?:nie jest już (?:aktywnie )?(?:rozwijan[eya]|utrzymywan[eya]|wspieran[eya])|został[oa]? (?:zarchiwizowan[eya]|porzucon[eya]|zakończon[eya])|jest (?:zarchiwizowan[eya]|przestarzał[eya]))`,
		// Indonesian and Malay
		`(?:^|[\s(:])(?:proyek|projek|repositori|paket|perangkat lunak|aplikasi) ini (?:sudah |telah )?(?:tidak lagi|tidak) (?:aktif )?(?:dikelola|dipelihara|dikembangkan|didukung|diperbarui)(?: lagi)?|` +
			`(?:^|[\s(:])(?:proyek|projek|repositori|paket|aplikasi) ini (?:telah|sudah) (?:diarsipkan|dihentikan|ditinggalkan|usang)`,
		// Turkish
		`(?:^|[\s(:])bu (?:proje|depo|paket|yazılım|kütüphane|uygulama) (?:artık (?:geliştirilmiyor|desteklenmiyor|bakımı yapılmıyor|sürdürülmüyor|güncellenmiyor)|arşivlen(?:di|miştir)|terk edil(?:di|miştir))`,
		// Ukrainian
		`(?:^|[\s(:])(?:цей|даний) (?:проєкт|проект|репозиторій|пакет) (?:більше не (?:підтримується|розвивається|оновлюється)|застарів|покинутий|заархівовано|архівовано)`,
		// Japanese and Korean
		`(?:この|本)(?:プロジェクト|リポジトリ|パッケージ|ライブラリ|ソフトウェア|ツール|アプリ)(?:は|の)(?:現在)?(?:、)?(?:もう)?(?:メンテナンス(?:されていません|は終了|を終了|を停止)|開発(?:は|を|が)?(?:終了|停止|中止)|更新(?:は|を)?(?:終了|停止)|非推奨|アーカイブ(?:され|済)|廃止|保守されていません)`,
		`이 (?:프로젝트|저장소|패키지|라이브러리)(?:는|은) (?:더 이상 (?:유지보수|유지 관리|개발|지원|업데이트)(?:되지|하지)|보관되었|중단되었)`,
	}
}
