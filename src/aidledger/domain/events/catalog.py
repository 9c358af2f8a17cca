"""The one table of all event types: wire name, stream, wish or fact, sealed fields, titles.

A *wish* asks the ledger's leave and can be refused; a *fact* has happened and is always recorded.
Wire names are literals and never change meaning; a new meaning is a new name.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from aidledger.domain.events import (
    audit,
    care,
    clock,
    complaint,
    contract,
    decision,
    discovery,
    doubt,
    duty,
    ending,
    fund,
    gathered,
    goods,
    helping,
    household,
    inquiry,
    institution,
    intake,
    oversight,
    payment,
    powers,
    proving,
    register,
    registry,
    service,
    support,
    unit,
)
from aidledger.domain.events.base import Event


class EventType(msgspec.Struct, frozen=True, kw_only=True):
    """What the catalogue knows of one event type."""

    name: str
    struct: type[Event]
    stream: str
    wish: bool
    sealed: tuple[str, ...]
    title_zh: str
    title_en: str


_FACT: Final = False
_WISH: Final = True
_PERSON: Final = ("address", "identity_number", "name", "phone")

# fmt: off
_TABLE: Final[tuple[tuple[str, type[Event], str, bool, str, str, tuple[str, ...]], ...]] = (
    ("NeedDiscovered", intake.NeedDiscovered, "case", _FACT, "主动发现", "need discovered", ()),
    ("ApplicationSubmitted", intake.ApplicationSubmitted, "case", _FACT, "申请", "application submitted", (*_PERSON, "proxy_name")),
    ("ApplicationAccepted", intake.ApplicationAccepted, "case", _WISH, "受理", "application accepted", ()),
    ("ApplicationWithdrawn", intake.ApplicationWithdrawn, "case", _FACT, "撤回申请", "application withdrawn", ()),
    ("MaterialsRequested", intake.MaterialsRequested, "case", _WISH, "一次性告知补正", "materials requested", ()),
    ("MaterialsReceived", intake.MaterialsReceived, "case", _FACT, "补正材料", "materials received", ()),
    ("RelativeDeclared", intake.RelativeDeclared, "case", _FACT, "近亲属备案", "relative declared", ()),
    ("EnrolmentRecorded", intake.EnrolmentRecorded, "case", _FACT, "在读记录", "enrolment recorded", ()),
    ("DisabilityCertified", intake.DisabilityCertified, "case", _FACT, "残疾证", "disability certified", ("disability_grade", "disability_kind")),
    ("HouseholdDeclared", household.HouseholdDeclared, "case", _FACT, "家庭申报", "household declared", ()),
    ("HouseholdMemberChanged", household.HouseholdMemberChanged, "case", _FACT, "家庭成员变化", "household member changed", ("identity_number", "name")),
    ("ResidenceEvidenced", household.ResidenceEvidenced, "case", _FACT, "居住证明", "residence evidenced", ("address",)),
    ("RelocationRecorded", household.RelocationRecorded, "case", _FACT, "易地搬迁", "relocation recorded", ()),
    ("IncomeAssessed", household.IncomeAssessed, "case", _FACT, "家庭收入核定", "income assessed", ()),
    ("PropertyAssessed", household.PropertyAssessed, "case", _FACT, "家庭财产核定", "property assessed", ()),
    ("CategoryRecorded", household.CategoryRecorded, "case", _FACT, "分类情形", "category recorded", ("category", "identity_number")),
    ("CategoryEnded", household.CategoryEnded, "case", _FACT, "分类情形终止", "category ended", ()),
    ("GradualExitGranted", household.GradualExitGranted, "case", _WISH, "渐退", "gradual exit granted", ("decision_facts",)),
    ("HouseholdSurveyed", inquiry.HouseholdSurveyed, "case", _FACT, "入户调查", "household surveyed", ()),
    ("NeighbourVisited", inquiry.NeighbourVisited, "case", _FACT, "邻里访问", "neighbours visited", ()),
    ("LetterEvidenceObtained", inquiry.LetterEvidenceObtained, "case", _FACT, "信函索证", "letter evidence obtained", ()),
    ("DataCompared", inquiry.DataCompared, "case", _FACT, "信息核对", "data compared", ()),
    ("ComparisonHitDisposed", inquiry.ComparisonHitDisposed, "case", _FACT, "核对疑点处置", "comparison hit disposed", ()),
    ("ObligorAssessed", inquiry.ObligorAssessed, "case", _FACT, "法定义务人核查", "obligor assessed", ("text",)),
    ("InformationDemanded", inquiry.InformationDemanded, "case", _FACT, "要求提供情况", "information demanded", ()),
    ("FalseStatementFound", inquiry.FalseStatementFound, "case", _FACT, "查明虚假陈述", "false statement found", ()),
    ("AppraisalHeld", inquiry.AppraisalHeld, "case", _FACT, "民主评议", "appraisal held", ()),
    ("AppraisalWaived", inquiry.AppraisalWaived, "case", _WISH, "免予评议", "appraisal waived", ()),
    ("ReviewOpinionGiven", decision.ReviewOpinionGiven, "case", _WISH, "初审意见", "review opinion given", ("decision_facts",)),
    ("PublicityStarted", decision.PublicityStarted, "case", _WISH, "公示开始", "publicity started", ()),
    ("PublicityEnded", decision.PublicityEnded, "case", _FACT, "公示结束", "publicity ended", ()),
    ("CountyPublicityStarted", decision.CountyPublicityStarted, "case", _WISH, "县级公示开始", "county notice started", ()),
    ("CountyPublicityEnded", decision.CountyPublicityEnded, "case", _FACT, "县级公示结束", "county notice ended", ()),
    ("ObjectionRaised", decision.ObjectionRaised, "case", _FACT, "异议", "objection raised", ("objector", "text")),
    ("ObjectionReinvestigated", decision.ObjectionReinvestigated, "case", _FACT, "异议复核", "objection reinvestigated", ()),
    ("CaseSubmitted", decision.CaseSubmitted, "case", _WISH, "上报", "case submitted", ()),
    ("CountyReviewed", decision.CountyReviewed, "case", _FACT, "县级审查", "county reviewed", ()),
    ("SpotChecked", decision.SpotChecked, "case", _FACT, "抽查", "spot checked", ()),
    ("ApplicationApproved", decision.ApplicationApproved, "case", _WISH, "批准", "application approved", ("decision_facts",)),
    ("ApplicationRefused", decision.ApplicationRefused, "case", _WISH, "不予批准", "application refused", ("decision_facts", "reasons_text")),
    ("RefusalNotified", decision.RefusalNotified, "case", _FACT, "不予批准告知", "refusal notified", ()),
    ("ApprovalAnnounced", decision.ApprovalAnnounced, "case", _FACT, "批准公布", "approval announced", ()),
    ("AbilityAssessed", support.AbilityAssessed, "case", _FACT, "自理能力评估", "ability assessed", ("ability_items",)),
    ("AbilityChangeReported", support.AbilityChangeReported, "case", _FACT, "自理能力变化报告", "ability change reported", ()),
    ("SupportFormSet", support.SupportFormSet, "case", _WISH, "供养形式", "form of support set", ()),
    ("PlacementMade", support.PlacementMade, "case", _WISH, "机构安置", "placement made", ()),
    ("EntitlementSet", support.EntitlementSet, "case", _WISH, "待遇核定", "entitlement set", ("decision_facts",)),
    ("CaseMoved", support.CaseMoved, "case", _FACT, "迁移", "case moved", ("address",)),
    ("AccountBound", support.AccountBound, "case", _FACT, "账户登记", "account bound", ("account_number",)),
    ("DeathRecorded", support.DeathRecorded, "case", _FACT, "死亡", "death recorded", ()),
    ("WhereaboutsChanged", support.WhereaboutsChanged, "case", _FACT, "服刑失踪变化", "whereabouts changed", ()),
    ("FuneralArranged", support.FuneralArranged, "case", _FACT, "丧葬办理", "funeral arranged", ()),
    ("SupportReviewed", support.SupportReviewed, "case", _FACT, "定期复核", "support reviewed", ()),
    ("SupportSuspended", support.SupportSuspended, "case", _WISH, "停发", "support suspended", ()),
    ("SupportResumed", support.SupportResumed, "case", _WISH, "恢复发放", "support resumed", ()),
    ("VisitMade", support.VisitMade, "case", _FACT, "探访", "visit made", ("note",)),
    ("NeedFollowedUp", support.NeedFollowedUp, "case", _FACT, "需求跟进", "need followed up", ()),
    ("CareEntrusted", care.CareEntrusted, "case", _WISH, "委托照料", "care entrusted", ()),
    ("CareEnded", care.CareEnded, "case", _FACT, "委托终止", "care ended", ()),
    ("PaymentRostered", payment.PaymentRostered, "case", _WISH, "列入花名册", "payment rostered", ()),
    ("PaymentIssued", payment.PaymentIssued, "case", _FACT, "发放", "payment issued", ()),
    ("PaymentReturned", payment.PaymentReturned, "case", _FACT, "发放退回", "payment returned", ()),
    ("PaymentReissued", payment.PaymentReissued, "case", _WISH, "重新发放", "payment reissued", ()),
    ("CashHandedOver", payment.CashHandedOver, "case", _FACT, "现金发放", "cash handed over", ()),
    ("PaymentRecovered", payment.PaymentRecovered, "case", _FACT, "追回", "payment recovered", ()),
    ("TerminationReported", ending.TerminationReported, "case", _FACT, "终止报告", "termination reported", ()),
    ("TerminationAudited", ending.TerminationAudited, "case", _WISH, "终止审核", "termination audited", ()),
    ("TerminationApproved", ending.TerminationApproved, "case", _WISH, "终止批准", "termination approved", ("decision_facts",)),
    ("TerminationPublished", ending.TerminationPublished, "case", _WISH, "终止公示", "termination published", ()),
    ("TerminationNotified", ending.TerminationNotified, "case", _FACT, "终止告知", "termination notified", ()),
    ("AccountChangeRequested", duty.AccountChangeRequested, "case", _FACT, "账户变更申请", "account change requested", ("account_number",)),
    ("AccountChangeConfirmed", duty.AccountChangeConfirmed, "case", _FACT, "账户变更确认", "account change confirmed", ()),
    ("RecipientHeard", duty.RecipientHeard, "case", _FACT, "听取意见", "recipient heard", ("statement",)),
    ("SecondLookTaken", duty.SecondLookTaken, "case", _FACT, "批后复查", "second look taken", ()),
    ("EmergencyHelpCompleted", duty.EmergencyHelpCompleted, "case", _FACT, "补办手续", "emergency help completed", ()),
    ("BearerAssigned", oversight.BearerAssigned, "case", _WISH, "落实包保责任人", "bearer assigned", ()),
    ("BearerReleased", oversight.BearerReleased, "case", _FACT, "解除包保", "bearer released", ()),
    ("CaseDiscussed", oversight.CaseDiscussed, "case", _FACT, "一事一议", "case discussed", ()),
    ("CareClassSet", service.CareClassSet, "case", _WISH, "关爱等级", "care class set", ()),
    ("ServiceRendered", service.ServiceRendered, "case", _FACT, "照料服务", "service rendered", ()),
    ("MedicalVisitMade", service.MedicalVisitMade, "case", _FACT, "医疗上门", "medical visit made", ("note",)),
    ("RespiteStayed", service.RespiteStayed, "case", _FACT, "喘息照护", "respite stayed", ()),
    ("AbilityReported", service.AbilityReported, "case", _FACT, "能力等级上报", "ability reported", ()),
    ("PersuasionRecorded", service.PersuasionRecorded, "case", _FACT, "入住动员", "persuasion recorded", ()),
    ("AdmissionRequested", service.AdmissionRequested, "case", _FACT, "入住申请", "bed asked for", ()),
    ("AdmissionEnded", service.AdmissionEnded, "case", _FACT, "入住申请了结", "bed no longer asked for", ()),
    ("PocketMoneyPaid", service.PocketMoneyPaid, "case", _FACT, "零花钱", "pocket money paid", ()),
    ("GiftHanded", service.GiftHanded, "case", _FACT, "节日慰问", "gift handed", ()),
    ("IllnessSuspected", service.IllnessSuspected, "case", _FACT, "疑似病例送医", "illness suspected", ("note",)),
    ("BaseRecordUpdated", service.BaseRecordUpdated, "case", _FACT, "基础档案更新", "base file updated", ("value",)),
    ("CarerReviewOrdered", care.CarerReviewOrdered, "carer", _WISH, "考核复查", "carer review ordered", ()),
    ("CarerQualified", care.CarerQualified, "carer", _FACT, "护理员持证", "carer qualified", ()),
    ("EpidemicWatchKept", care.EpidemicWatchKept, "carer", _FACT, "疫情监测", "epidemic watch kept", ("note",)),
    ("InstitutionCensusTaken", institution.InstitutionCensusTaken, "facility", _FACT, "机构人数清点", "institution counted", ()),
    ("DoubtRaised", doubt.DoubtRaised, "doubt", _FACT, "疑点提出", "doubt raised", ()),
    ("DoubtSeenAgain", doubt.DoubtSeenAgain, "doubt", _FACT, "疑点再次发现", "doubt seen again", ()),
    ("DoubtAssigned", doubt.DoubtAssigned, "doubt", _WISH, "疑点分派", "doubt assigned", ()),
    ("DoubtVerified", doubt.DoubtVerified, "doubt", _FACT, "疑点核实", "doubt verified", ("text",)),
    ("DoubtConfirmed", doubt.DoubtConfirmed, "doubt", _WISH, "疑点属实", "doubt confirmed", ("text",)),
    ("DoubtRefuted", doubt.DoubtRefuted, "doubt", _WISH, "疑点排除", "doubt refuted", ("text",)),
    ("DoubtDecided", doubt.DoubtDecided, "doubt", _WISH, "疑点处理决定", "doubt decided", ("text",)),
    ("DoubtSettled", doubt.DoubtSettled, "doubt", _WISH, "疑点落实", "doubt settled", ()),
    ("DoubtClosed", doubt.DoubtClosed, "doubt", _WISH, "疑点销号", "doubt closed", ()),
    ("DoubtReopened", doubt.DoubtReopened, "doubt", _WISH, "疑点重启", "doubt reopened", ("text",)),
    ("IncidentRecorded", audit.IncidentRecorded, "case", _FACT, "底线事件", "incident recorded", ()),
    ("CarerRegistered", care.CarerRegistered, "carer", _FACT, "护理人登记", "carer registered", ("identity_number", "name", "phone")),
    ("CarerScored", care.CarerScored, "carer", _FACT, "月度考核", "carer scored", ()),
    ("CarerScoreTold", care.CarerScoreTold, "carer", _FACT, "考核告知", "carer score told", ()),
    ("CarerDisqualified", care.CarerDisqualified, "carer", _WISH, "取消护理资格", "carer disqualified", ()),
    ("CarerDisqualificationTold", care.CarerDisqualificationTold, "carer", _FACT, "取消资格告知", "carer disqualification told", ()),
    ("PayRunOpened", payment.PayRunOpened, "run", _WISH, "发放批次", "pay run opened", ()),
    ("PayRunApproved", payment.PayRunApproved, "run", _WISH, "批次批准", "pay run approved", ()),
    ("BankFileIssued", payment.BankFileIssued, "run", _WISH, "银行文件", "bank file issued", ()),
    ("BankResultReceived", payment.BankResultReceived, "run", _FACT, "银行回盘", "bank result received", ()),
    ("FundReceived", payment.FundReceived, "fund", _FACT, "资金到账", "fund received", ()),
    ("FundDisbursed", payment.FundDisbursed, "fund", _FACT, "资金支出", "fund disbursed", ()),
    ("FundReturned", payment.FundReturned, "fund", _FACT, "资金退回", "fund returned", ()),
    ("FundAllocated", fund.FundAllocated, "fund", _FACT, "资金下达", "fund allocated", ()),
    ("AccountOpened", fund.AccountOpened, "fund", _FACT, "开立专户", "special account opened", ("account_number",)),
    ("FundTransferred", fund.FundTransferred, "fund", _WISH, "资金调拨", "fund transferred", ()),
    ("StatementImported", register.StatementImported, "fund", _FACT, "对账单导入", "statement imported", ()),
    ("BankStatementReceived", fund.BankStatementReceived, "fund", _FACT, "银行对账单", "bank statement received", ()),
    ("RecoveryOrdered", fund.RecoveryOrdered, "case", _WISH, "责令退回", "recovery ordered", ()),
    ("RecoveryWaived", fund.RecoveryWaived, "case", _WISH, "免予追回", "recovery waived", ()),
    ("GoodsReceived", goods.GoodsReceived, "stock", _FACT, "物资入库", "goods received", ()),
    ("GoodsIssued", goods.GoodsIssued, "stock", _WISH, "物资发放", "goods issued", ()),
    ("GoodsReturned", goods.GoodsReturned, "stock", _FACT, "物资退库", "goods returned", ()),
    ("GoodsCounted", goods.GoodsCounted, "stock", _FACT, "物资盘点", "goods counted", ()),
    ("ServiceContractSigned", contract.ServiceContractSigned, "contract", _FACT, "购买服务合同", "service contract signed", ()),
    ("ServiceInvoiced", contract.ServiceInvoiced, "contract", _FACT, "服务账单", "service invoiced", ()),
    ("ServiceAccepted", contract.ServiceAccepted, "contract", _WISH, "服务验收", "service accepted", ()),
    ("ComplaintReceived", complaint.ComplaintReceived, "complaint", _FACT, "投诉受理", "complaint received", ("complainant", "phone", "text")),
    ("ComplaintRegistered", complaint.ComplaintRegistered, "complaint", _WISH, "投诉登记", "complaint registered", ()),
    ("ComplaintExtended", complaint.ComplaintExtended, "complaint", _WISH, "投诉延期", "complaint extended", ()),
    ("ComplaintInvestigated", complaint.ComplaintInvestigated, "complaint", _FACT, "投诉调查", "complaint investigated", ("report",)),
    ("ComplaintAnswered", complaint.ComplaintAnswered, "complaint", _FACT, "投诉答复", "complaint answered", ("answer",)),
    ("ComplaintReviewRequested", complaint.ComplaintReviewRequested, "complaint", _FACT, "投诉复查申请", "complaint review requested", ()),
    ("ComplaintReviewAnswered", complaint.ComplaintReviewAnswered, "complaint", _FACT, "投诉复查答复", "complaint review answered", ("answer",)),
    ("ComplaintSecondReviewRequested", complaint.ComplaintSecondReviewRequested, "complaint", _FACT, "投诉复核申请", "complaint second review requested", ()),
    ("ComplaintSecondReviewAnswered", complaint.ComplaintSecondReviewAnswered, "complaint", _FACT, "投诉复核答复", "complaint second review answered", ("answer",)),
    ("ComparisonRun", discovery.ComparisonRun, "comparison", _FACT, "部门比对", "comparison run", ()),
    ("WarningRaised", discovery.WarningRaised, "warning", _FACT, "风险预警", "warning raised", ()),
    ("WarningAssessed", discovery.WarningAssessed, "warning", _FACT, "预警研判", "warning assessed", ()),
    ("WarningDisposed", discovery.WarningDisposed, "warning", _FACT, "预警处置", "warning disposed", ()),
    ("MeetingHeld", oversight.MeetingHeld, "meeting", _FACT, "联席会议", "meeting held", ()),
    ("ReturnSubmitted", oversight.ReturnSubmitted, "unit", _FACT, "月报报送", "return submitted", ()),
    ("PopulationRecorded", unit.PopulationRecorded, "unit", _FACT, "户籍人口登记", "population recorded", ()),
    ("StaffAssigned", unit.StaffAssigned, "unit", _FACT, "配备人员", "staff assigned", ()),
    ("StaffLeft", unit.StaffLeft, "unit", _FACT, "人员离岗", "staff left", ()),
    ("NoticePublished", unit.NoticePublished, "unit", _FACT, "政策公开", "notice published", ()),
    ("FacilityRegistered", unit.FacilityRegistered, "facility", _FACT, "设施登记", "facility registered", ()),
    ("FacilityStateRecorded", unit.FacilityStateRecorded, "facility", _FACT, "设施状态", "facility state recorded", ()),
    ("FacilityContractSigned", unit.FacilityContractSigned, "facility", _FACT, "设施签约", "facility contract signed", ()),
    ("FacilityChecked", unit.FacilityChecked, "facility", _FACT, "设施核查", "facility checked", ()),
    ("ResidentSurveyed", unit.ResidentSurveyed, "resident", _FACT, "老年人信息采集", "resident surveyed", ("groups", "needs")),
    ("ResidentScreened", unit.ResidentScreened, "resident", _FACT, "重点排查", "resident screened", ()),
    ("AuditFindingRaised", audit.AuditFindingRaised, "audit", _FACT, "审计问题", "audit finding raised", ()),
    ("RectificationReported", audit.RectificationReported, "audit", _FACT, "整改报告", "rectification reported", ()),
    ("RectificationAccepted", audit.RectificationAccepted, "audit", _FACT, "整改验收", "rectification accepted", ()),
    ("StatementFiled", helping.StatementFiled, "case", _FACT, "申请陈述", "statement filed", ("statement",)),
    ("WorkEvidenced", helping.WorkEvidenced, "case", _FACT, "务工证明", "work evidenced", ()),
    ("RecognitionGranted", helping.RecognitionGranted, "case", _WISH, "对象认定", "recognition granted", ("decision_facts",)),
    ("RecognitionEnded", helping.RecognitionEnded, "case", _FACT, "认定终止", "recognition ended", ()),
    ("ProgrammeChosen", helping.ProgrammeChosen, "case", _FACT, "项目选择", "programme chosen", ()),
    ("GuardianRecorded", helping.GuardianRecorded, "case", _FACT, "监护登记", "guardian recorded", ("identity_number", "name", "phone")),
    ("HelpGranted", helping.HelpGranted, "case", _WISH, "给予救助", "help granted", ("decision_facts",)),
    ("DirectPurchaseMade", helping.DirectPurchaseMade, "case", _WISH, "直接采购", "direct purchase made", ()),
    ("ReferralMade", helping.ReferralMade, "case", _FACT, "转介", "referral made", ()),
    ("ReferralAnswered", helping.ReferralAnswered, "case", _FACT, "转介反馈", "referral answered", ()),
    ("NeedMatched", helping.NeedMatched, "case", _FACT, "供需对接", "need matched", ()),
    ("ContributionPaid", helping.ContributionPaid, "case", _FACT, "参保资助", "contribution paid", ()),
    ("MedicalCostSettled", helping.MedicalCostSettled, "case", _FACT, "医疗费用结算", "medical cost settled", ("illness",)),
    ("HousingAssessed", helping.HousingAssessed, "case", _FACT, "住房困难核定", "housing assessed", ("address",)),
    ("EmploymentRegistered", helping.EmploymentRegistered, "case", _FACT, "就业登记", "employment registered", ("identity_number",)),
    ("ChildRecorded", helping.ChildRecorded, "resident", _FACT, "儿童登记", "child recorded", ("identity_number", "name")),
    ("LimitExtended", clock.LimitExtended, "case|complaint|warning|audit|doubt", _WISH, "期限延长", "limit extended", ()),
    ("LimitSuspended", clock.LimitSuspended, "case|complaint|warning|audit|doubt", _WISH, "期限中止", "limit suspended", ()),
    ("LimitResumed", clock.LimitResumed, "case|complaint|warning|audit|doubt", _FACT, "期限恢复", "limit resumed", ()),
    ("DonationReceived", fund.DonationReceived, "fund", _FACT, "接受捐赠", "donation received", ()),
    ("FacilitySubsidyPaid", unit.FacilitySubsidyPaid, "facility", _FACT, "设施补贴", "facility subsidy paid", ()),
    ("PlanStepRecorded", unit.PlanStepRecorded, "facility", _FACT, "设施同步四步", "plan step recorded", ()),
    ("GroupFormed", unit.GroupFormed, "unit", _FACT, "工作专班", "group formed", ()),
    ("LedgerOpened", registry.LedgerOpened, "registry", _FACT, "开账", "ledger opened", ()),
    ("PlaceRegistered", registry.PlaceRegistered, "registry", _FACT, "地点登记", "place registered", ()),
    ("OfficeRegistered", registry.OfficeRegistered, "registry", _FACT, "机构登记", "office registered", ()),
    ("OfficerAppointed", registry.OfficerAppointed, "registry", _FACT, "任职", "officer appointed", ("name",)),
    ("GenesisDeclared", powers.GenesisDeclared, "registry", _FACT, "创世声明", "genesis declared", ()),
    ("PowersAdopted", powers.PowersAdopted, "registry", _FACT, "采用权限表", "table of powers adopted", ()),
    ("CustodianConfirmed", powers.CustodianConfirmed, "registry", _FACT, "保管人确认", "custodian confirmed", ()),
    ("KeyRegistered", powers.KeyRegistered, "registry", _FACT, "密钥登记", "key registered", ()),
    ("KeyRevoked", powers.KeyRevoked, "registry", _FACT, "密钥吊销", "key revoked", ()),
    ("RoleGranted", powers.RoleGranted, "registry", _FACT, "授予角色", "role granted", ()),
    ("RoleEnded", powers.RoleEnded, "registry", _FACT, "收回角色", "role ended", ()),
    ("DelegationGiven", powers.DelegationGiven, "registry", _FACT, "授权下放", "delegation given", ()),
    ("DelegationEnded", powers.DelegationEnded, "registry", _FACT, "收回授权", "delegation ended", ()),
    ("ActorIdentified", powers.ActorIdentified, "registry", _FACT, "人员身份登记", "actor identified", ("identity_number",)),
    ("KinshipDeclared", powers.KinshipDeclared, "registry", _FACT, "亲属关系申报", "kinship declared", ()),
    ("StaffAccountDeclared", powers.StaffAccountDeclared, "registry", _FACT, "经办人员账户申报", "staff account declared", ("account_number",)),
    ("SuperiorNamed", powers.SuperiorNamed, "registry", _FACT, "直接上级", "superior named", ()),
    ("ExportRequested", duty.ExportRequested, "export", _FACT, "申请导出", "export requested", ()),
    ("ExportReleased", duty.ExportReleased, "export", _WISH, "准予导出", "export released", ()),
    ("PackAdopted", registry.PackAdopted, "policy", _FACT, "采用政策包", "policy pack adopted", ()),
    ("CalendarAdopted", registry.CalendarAdopted, "policy", _FACT, "采用工作日历", "calendar adopted", ()),
    ("StandardPublished", registry.StandardPublished, "policy", _FACT, "公布标准", "standard published", ()),
    ("FileImported", registry.FileImported, "import", _FACT, "文件导入", "file imported", ()),
    ("RegisterImported", register.RegisterImported, "register", _FACT, "登记导入", "register imported", ()),
    ("ListPublished", registry.ListPublished, "list", _FACT, "公开名单", "list published", ()),
    ("ListStopped", registry.ListStopped, "list", _FACT, "拦下名单", "list stopped", ()),
    ("ListWithdrawn", registry.ListWithdrawn, "list", _FACT, "撤下名单", "list withdrawn", ()),
    ("IndexSealed", proving.IndexSealed, "index", _FACT, "索引封存", "index sealed", ()),
    ("SegmentSealed", proving.SegmentSealed, "archive", _FACT, "归档段封存", "segment sealed", ()),
    ("PaymentMonthClosed", proving.PaymentMonthClosed, "month", _FACT, "月度封账", "payment month closed", ()),
    ("PaymentMonthSupplemented", proving.PaymentMonthSupplemented, "month", _FACT, "封账补充", "payment month supplemented", ()),
    ("BankFileReconciled", proving.BankFileReconciled, "month|run", _FACT, "银行对账", "bank file reconciled", ()),
    ("GenerationCertified", proving.GenerationCertified, "generation", _FACT, "生成版本认证", "generation certified", ()),
    ("LedgerRestored", proving.LedgerRestored, "registry", _FACT, "账本恢复", "ledger restored", ()),
    ("CountyLogTrusted", gathered.CountyLogTrusted, "log", _FACT, "县级日志登记", "county's log trusted", ()),
    ("CheckpointGathered", gathered.CheckpointGathered, "log", _FACT, "县级检查点入册", "county's checkpoint gathered", ()),
    ("CheckpointContradicted", gathered.CheckpointContradicted, "log", _FACT, "县级检查点矛盾", "county's checkpoint contradicted", ()),
    ("NightlyRetried", proving.NightlyRetried, "nightly", _FACT, "夜间运行重办", "nightly run retried", ()),
    ("RuleOverridden", registry.RuleOverridden, "case|carer|run|fund|complaint|stock|contract|doubt", _FACT, "依职权突破规则", "rule overridden", ()),
    ("EntryCorrected", registry.EntryCorrected, "case|carer|run|fund|complaint|comparison|warning|meeting|unit|facility|resident|audit|stock|contract|register|doubt", _FACT, "更正", "entry corrected", ()),
    ("EntryAnnulled", registry.EntryAnnulled, "case|carer|run|fund|complaint|comparison|warning|meeting|unit|facility|resident|audit|stock|contract|register|doubt", _FACT, "作废", "entry annulled", ()),
    ("PersonErased", registry.PersonErased, "person", _FACT, "销毁个人信息", "person erased", ()),
    ("PersonalDataRevealed", registry.PersonalDataRevealed, "person", _FACT, "查阅个人信息", "personal data revealed", ()),
)
# fmt: on

EVENTS: Final[dict[str, EventType]] = {
    name: EventType(
        name=name,
        struct=struct,
        stream=stream,
        wish=wish,
        sealed=tuple(sorted(sealed)),
        title_zh=title_zh,
        title_en=title_en,
    )
    for name, struct, stream, wish, title_zh, title_en, sealed in _TABLE
}

_NAMES: Final[dict[type[Event], str]] = {kind.struct: name for name, kind in EVENTS.items()}
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
"""Sorts the keys of maps; structs declare their fields in sorted order (a test says so)."""
_DECODERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    name: msgspec.json.Decoder(kind.struct, strict=True) for name, kind in EVENTS.items()
}


def wire_name(event: Event) -> str:
    """Return the literal ``$type`` of an event."""
    return _NAMES[type(event)]


def encode_data(event: Event) -> msgspec.Raw:
    """Return the event's data as canonical JSON bytes, ready to stand in an entry."""
    return msgspec.Raw(_ENCODER.encode(event))


def decode_data(name: str, data: bytes | msgspec.Raw) -> Event:
    """Return the typed event of an entry's data.

    Raises:
        msgspec.ValidationError: unknown type, missing, unknown or ill-typed field.

    """
    decoder = _DECODERS.get(name)
    if decoder is None:
        raise msgspec.ValidationError(f"unknown event type {name[:64]!r}")
    event: Event = decoder.decode(data)
    return event
