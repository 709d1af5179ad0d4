// What the page itself says: [English, Chinese].

export const TEXTS = {
  "title": ["Verify a draw", "核验一次抽取"],
  "intro": [
    "This page checks the record of a random draw by protocol daylight/draw/v1, on this computer: it needs no server, sends nothing anywhere, and shares no code with the service that made the draw.",
    "本页在您的计算机上按 daylight/draw/v1 协议核验随机抽取的记录：无需服务器，不向任何地方发送数据，与产生该抽取的服务没有共用代码。",
  ],
  "own-hands": [
    "The trust file says whom you trust. It must come from your own hands, never from whoever gave you the bundle.",
    "信任文件说明您信任谁。它必须由您自己掌握，绝不能由提供证明包的一方给出。",
  ],
  "files": ["Files", "文件"],
  "bundle": ["Bundle", "证明包"],
  "bundle-hint": ["The record of the draw", "本次抽取的记录"],
  "trust": ["Trust file", "信任文件"],
  "trust-hint": ["Keys, parties and rules that you trust", "您信任的密钥、各方与规则"],
  "auditor": ["Auditor's file (optional)", "审计文件（可选）"],
  "auditor-hint": ["Opens the rosters", "打开名册"],
  "drop": ["Choose the files, or drop them anywhere on this page.", "请选择文件，或把文件拖放到本页任意处。"],
  "none-chosen": ["no file yet", "尚未选择"],
  "bytes": ["{0} bytes", "{0} 字节"],
  "unknown-file": ["{0} is none of the three: use its field if it is meant as one.", "{0} 不像三种文件中的任何一种；如确为其一，请在相应栏选择。"],
  "verify": ["Verify", "开始核验"],
  "stop": ["Stop", "停止"],
  "print": ["Print", "打印"],
  "running": ["Checking: {0} …", "正在核验：{0} …"],
  "stopped": ["Stopped. There is no verdict.", "已停止，没有结论。"],
  "broken": ["The check ended without a verdict ({0}).", "核验中断，没有结论（{0}）。"],
  "verdict": ["Verdict", "结论"],
  "steps": ["Steps", "步骤"],
  "number": ["No.", "序"],
  "step": ["Step", "步骤"],
  "outcome": ["Outcome", "结果"],
  "detail": ["Figures", "数据"],
  "undecided": ["not decided: {0}", "未能核定：{0}"],
  "basis": ["What it rests on", "依据"],
  "digest-of": ["{0}, SHA-256", "{0}，SHA-256"],
  "checked-at": ["checked at {0}", "核验时间 {0}"],
  "exit": ["exit code {0}", "退出码 {0}"],
  "failed-at": ["failed at step “{0}”", "在“{0}”一步不成立"],
  "demo": ["DEMO", "演示"],
  "not-shown": [
    "A verdict does not show that no rival draw exists, that the roster holds everybody who should be in it, or that a coded reason is true.",
    "结论不能说明：是否另有并行抽取、名册是否收录所有应收录者、代码所载理由是否属实。",
  ],
};

export const VERDICTS = {
  valid: ["VALID", "有效", "Everything holds: the result follows from the inputs.", "全部成立：结果由各方输入得出。"],
  void: ["VOID", "作废", "A valid record of a draw that was closed without a result.", "记录有效，该次抽取已关闭，没有结果。"],
  incomplete: ["INCOMPLETE", "未能完成", "Nothing is wrong, but something could not be decided.", "未发现错误，但有事项无法核定。"],
  failed: ["FAILED", "不成立", "The record does not hold. Do not rely on it.", "记录不成立，不可采信。"],
  unusable: ["UNUSABLE", "无法使用", "A file could not be used.", "有文件无法使用。"],
};

export const OUTCOMES = { ok: ["holds", "成立"], failed: ["FAILED", "不成立"], incomplete: ["not decided", "未核定"] };

/** Title of each step and its number in draw.md; earlier attempts and parent are one number there. */
export const STEPS = {
  shape: ["shape", "格式", 1],
  checkpoint: ["checkpoint", "检查点", 2],
  inclusion: ["inclusion", "入账", 3],
  order: ["order", "次序", 4],
  request: ["request", "申请", 5],
  contributors: ["contributors", "投入方", 6],
  reveals: ["reveals", "揭示", 7],
  beacon: ["beacon", "信标", 8],
  vrf: ["vrf", "可验证随机", 9],
  tickets: ["tickets", "号票", 10],
  walk: ["walk", "走号", 11],
  answers: ["answers", "答复", 12],
  openings: ["openings", "公开", 13],
  earlier: ["earlier", "前次抽取", 14],
  parent: ["parent", "原抽取", 14],
  rosters: ["rosters", "名册", 15],
  eligibility: ["eligibility", "资格", 16],
};
