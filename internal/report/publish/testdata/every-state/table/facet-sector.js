midspanTable("facet-sector","2026-11-01",10,{"terms":[["health"]],"of":"0;0;0;0;0;0;0;0;0;0"});
