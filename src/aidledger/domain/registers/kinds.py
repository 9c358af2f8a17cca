"""The kinds of registers, as data: what offices call their columns, what a cell is, what is kept.

Kept is what a column here says, and nothing else: a column that no kind names is dropped, and an
identity or account number is kept as its token only. A name is read to see whether one number has
several, and is not kept.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

Form: TypeAlias = Literal[
    "person", "account", "name", "day", "month", "hundredths", "choice", "county"
]
"""What a cell is: a number that becomes a token, a day, an amount with two decimals (yuan, square
metres) that is kept in hundredths, a word of a list, or the six digits of a county."""

_Words: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]


class Column(NamedTuple):
    """One column: its name in the table, what its cells are, its titles in files.

    `words` are (code, parts of words): the first code of which a part is in the cell; an empty part is
    in every cell.
    """

    name: str
    form: Form
    titles: tuple[str, ...]
    required: bool = False
    words: _Words = ()


class RegisterKind(NamedTuple):
    """One kind of register; its table is called ``register_`` and the kind's name."""

    name: str
    title_zh: str
    title_en: str
    columns: tuple[Column, ...]

    @property
    def table(self) -> str:
        """The name of the table that its rows are kept in."""
        return f"register_{self.name}"

    @property
    def kept(self) -> tuple[Column, ...]:
        """The columns that are kept."""
        return tuple(column for column in self.columns if column.form != "name")


_NUMBERS: Final = (
    *("身份证号", "身份证号码", "公民身份号码", "公民身份证号码", "身份证件号码", "身份证件号"),
    *("身份证", "证件号码", "证件号", "居民身份证号", "居民身份证号码", "identity_number"),
)
_PERSON: Final = Column("person", "person", _NUMBERS, required=True)
_NAME: Final = Column("name", "name", ("姓名", "人员姓名", "name"))
_MONTHLY: Final = "monthly_fen"
_FROM: Final = "from_on"
_TO: Final = "to_on"


def _from(*titles: str, required: bool = False) -> Column:
    return Column(_FROM, "day", (*titles, _FROM), required)


def _to(*titles: str) -> Column:
    return Column(_TO, "day", (*titles, _TO))


def _yuan(name: str, *titles: str, required: bool = False) -> Column:
    return Column(name, "hundredths", (*titles, name.removesuffix("_fen")), required)


_PENSIONS: Final = (
    ("resident", ("居民", "新农保", "农村社会养老", "resident")),
    ("staff", ("机关", "事业", "退休费", "staff")),
    ("worker", ("职工", "企业", "城镇", "worker")),
    ("other", ("",)),
)
_VEHICLES: Final = (
    ("wheelchair", ("轮椅", "残疾", "wheelchair")),
    ("motorcycle", ("摩托", "电动自行车", "motorcycle")),
    ("agricultural", ("拖拉机", "农用", "三轮汽车", "低速", "收割", "agricultural")),
    ("truck", ("货车", "牵引", "挂车", "专项作业", "自卸", "truck")),
    ("car", ("轿车", "客车", "汽车", "越野", "面包", "car")),
    ("other", ("",)),
)
_USES: Final = (
    ("parking", ("车位", "车库", "parking")),
    ("shop", ("商业", "商铺", "店", "商服", "办公", "shop")),
    ("dwelling", ("住宅", "住房", "公寓", "别墅", "宅基地", "dwelling")),
    ("other", ("",)),
)
_ROLES: Final = (
    ("cooperative", ("合作社", "社员", "cooperative")),
    ("representative", ("法定代表人", "法人", "负责人", "representative")),
    ("shareholder", ("股东", "投资", "出资", "合伙", "shareholder")),
    ("self_employed", ("个体", "经营者", "self_employed")),
    ("officer", ("监事", "董事", "经理", "高管", "officer")),
    ("other", ("",)),
)
# a word within another says something else: what is tried first decides
_OPEN: Final = (
    ("open", ("未注销", "未吊销", "未封存", "未销户")),
    (
        "closed",
        (
            "注销",
            "吊销",
            "停业",
            "迁出",
            "销户",
            "封存",
            "停缴",
            "停止",
            "暂停",
            "中断",
            "非正常",
            "closed",
        ),
    ),
    ("open", ("存续", "在营", "开业", "正常", "缴存", "在业", "open")),
)
_PROGRAMMES: Final = (
    # neither is support each month: families just above the limit, and the union's help to workers
    ("other", ("边缘", "特困职工", "特困企业")),
    ("tekun", ("特困", "五保", "tekun")),
    ("dibao", ("低保", "最低生活保障", "dibao")),
    ("orphan", ("孤儿", "事实无人抚养", "orphan")),
    ("other", ("",)),
)
_RESULTS: Final = (
    (
        "returned",
        ("失败", "退", "未入账", "无法入账", "不能入账", "拒", "不成功", "未成功", "returned"),
    ),
    ("paid", ("成功", "入账", "已发", "paid")),
)
_PRODUCTS: Final = (
    ("securities", ("证券", "股票", "基金", "理财", "债", "securities")),
    ("insurance", ("保险", "保单", "寿险", "insurance")),
    ("deposit", ("存款", "活期", "定期", "储蓄", "结算", "deposit")),
    ("other", ("",)),
)

_ALL: Final = (
    RegisterKind(
        "deaths",
        "死亡登记",
        "register of deaths",
        (
            _PERSON,
            _NAME,
            Column(
                "died_on",
                "day",
                ("死亡日期", "死亡时间", "死亡年月日", "去世日期", "died_on"),
                required=True,
            ),
            Column("cremated_on", "day", ("火化日期", "火化时间", "cremated_on")),
        ),
    ),
    RegisterKind(
        "prison",
        "服刑人员",
        "register of prisoners",
        (
            _PERSON,
            _NAME,
            _from("入监日期", "收监日期", "羁押日期", "入所日期", "刑期起日", required=True),
            _to("释放日期", "刑满日期", "出监日期", "刑期止日"),
        ),
    ),
    RegisterKind(
        "payroll",
        "财政供养人员",
        "public payroll",
        (
            _PERSON,
            _NAME,
            _yuan(_MONTHLY, "月工资", "应发工资", "工资", "月收入", "应发合计"),
            _from("参加工作时间", "起薪日期", "入职日期"),
            _to("停薪日期", "离职日期"),
        ),
    ),
    RegisterKind(
        "pension",
        "养老待遇领取",
        "register of pensions",
        (
            _PERSON,
            _NAME,
            _yuan(
                _MONTHLY, "月待遇", "月养老金", "养老金", "待遇金额", "月发放金额", required=True
            ),
            Column("scheme", "choice", ("险种", "养老类型", "待遇类型", "scheme"), words=_PENSIONS),
            _from("待遇开始日期", "领取起始日期", "待遇享受开始时间", "退休日期"),
            _to("待遇终止日期", "停发日期"),
        ),
    ),
    RegisterKind(
        "vehicles",
        "机动车登记",
        "register of vehicles",
        (
            _PERSON,
            _NAME,
            Column("class", "choice", ("车辆类型", "车型", "类型", "class"), True, _VEHICLES),
            _from("登记日期", "初次登记日期", "注册日期"),
            _to("注销日期", "转移日期", "报废日期"),
            _yuan("value_fen", "车辆价值", "购置价格", "发票金额"),
        ),
    ),
    RegisterKind(
        "real_estate",
        "不动产登记",
        "register of real estate",
        (
            _PERSON,
            _NAME,
            Column("use", "choice", ("用途", "房屋用途", "规划用途", "use"), True, _USES),
            Column("area_dm2", "hundredths", ("面积", "建筑面积", "area_m2")),
            _from("登记日期", "登簿日期", "登记时间"),
            _to("注销日期", "转移日期"),
        ),
    ),
    RegisterKind(
        "companies",
        "市场主体登记",
        "register of companies",
        (
            _PERSON,
            _NAME,
            Column("role", "choice", ("角色", "职务", "身份", "人员类型", "role"), True, _ROLES),
            _yuan("capital_fen", "注册资本", "出资额", "认缴出资额"),
            Column("state", "choice", ("状态", "登记状态", "经营状态", "state"), words=_OPEN),
            _from("成立日期", "登记日期", "任职日期"),
            _to("注销日期", "吊销日期", "退出日期"),
        ),
    ),
    RegisterKind(
        "deposits",
        "存款理财",
        "deposits and securities",
        (
            _PERSON,
            _NAME,
            _yuan("balance_fen", "余额", "存款余额", "账户余额", "市值", required=True),
            Column("product", "choice", ("产品", "账户类型", "类型", "product"), words=_PRODUCTS),
            Column("account", "account", ("账号", "卡号", "银行账号", "账户", "account")),
        ),
    ),
    RegisterKind(
        "housing_fund",
        "住房公积金",
        "housing provident fund",
        (
            _PERSON,
            _NAME,
            _yuan(_MONTHLY, "月缴存额", "月缴额"),
            _yuan("balance_fen", "余额", "账户余额", "缴存余额"),
            Column("state", "choice", ("账户状态", "缴存状态", "状态", "state"), words=_OPEN),
            Column("paid_to_month", "month", ("缴至年月", "最后缴存年月", "paid_to_month")),
            _from("开户日期"),
        ),
    ),
    RegisterKind(
        "other_county",
        "外县救助名册",
        "rolls of other counties",
        (
            _PERSON,
            _NAME,
            Column(
                "programme",
                "choice",
                ("救助类别", "保障类别", "救助项目", "救助类型", "programme"),
                True,
                _PROGRAMMES,
            ),
            Column("county", "county", ("区划代码", "行政区划代码", "县区代码", "county")),
            _yuan(_MONTHLY, "月保障金", "保障金额", "月救助金", "金额"),
            _from("享受起始日期", "起始日期", "批准日期", "纳入日期"),
            _to("享受终止日期", "终止日期", "退出日期", "停发日期"),
        ),
    ),
    RegisterKind(
        "bank_results",
        "银行代发结果",
        "results from the bank",
        (
            Column("account", "account", ("账号", "卡号", "银行账号", "收款账号", "account"), True),
            Column("person", "person", ("开户人身份证号", "户主身份证号", *_NUMBERS)),
            Column("name", "name", ("户名", "姓名", "收款人", "name")),
            _yuan("amount_fen", "金额", "发放金额", "交易金额", "入账金额", required=True),
            Column(
                "paid_on",
                "day",
                ("入账日期", "交易日期", "发放日期", "日期", "paid_on"),
                required=True,
            ),
            Column("result", "choice", ("结果", "状态", "处理结果", "result"), True, _RESULTS),
            Column("month", "month", ("发放月份", "月份", "所属月份", "month")),
        ),
    ),
)

KINDS: Final[dict[str, RegisterKind]] = {kind.name: kind for kind in _ALL}
"""Every kind by its name: that by which hits of comparisons name a register."""
