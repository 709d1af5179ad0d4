// Sentences of the steps and of the verdict: [English, Chinese], with {n} for the n-th figure.

/** What steps find where they hold, and what they leave undecided. */
export const FINDINGS = {
  "shape": ["{0} strata, {1} seats, {2} in the rosters, {3} contributors, attempt {4}", "{0} 层、{1} 席，名册共 {2} 人次，{3} 方投入，第 {4} 次抽取"],
  "checkpoint": ["log size {0}; witnessed by {1} of {2}, the quorum is {3}", "日志规模 {0}；{2} 个见证方中 {1} 个联署，门槛为 {3}"],
  "inclusion": ["{0} entries are in the log's tree", "{0} 条记录均在日志树中"],
  "order": ["{0} entries of {1} attempt(s), unbroken to entry {2}", "{1} 次抽取共 {0} 条记录，次序连续，至第 {2} 条"],
  "request": ["sealed as {0}… in entry {1}; pool as of log size {2}; edition {3}", "以 {0}… 封存于第 {1} 条记录；专家库截至日志规模 {2}；规则版本 {3}"],
  "contributors": ["{0} contributors committed and signed: {1}", "{0} 方已承诺并签名：{1}"],
  "reveals": ["{0} of {1} nonces open their commitments", "{1} 个随机数中 {0} 个与承诺相符"],
  "reveals-missing": ["{0} of {1} nonces open their commitments; missing: {2}", "{1} 个随机数中 {0} 个与承诺相符；缺：{2}"],
  "beacon": ["round {0} of the chain {1}…: its signature holds (pairing computed)", "信标链 {1}… 第 {0} 轮：签名成立（已作配对运算）"],
  "beacon-none": ["none used", "未使用信标"],
  "beacon-awaited": ["round {0} is not in the bundle", "证明包内尚无第 {0} 轮"],
  "vrf": ["alpha {0}… follows from the inputs; the proof holds under the key {1}…", "输入值 {0}… 由各方随机数得出；证明在公钥 {1}… 下成立"],
  "nothing-computed": ["nothing was computed", "未作计算"],
  "proof-absent": ["inputs complete, no proof from the center", "输入齐备，中心未给出证明"],
  "tickets": ["{0} tickets recomputed in {1} strata", "已重算 {1} 层共 {0} 个号票"],
  "walk": ["{0} lines in {1} strata, replayed with {2} answers", "{1} 层共 {0} 行，连同 {2} 项答复重新走号一致"],
  "nothing-drawn": ["nothing was drawn", "未产生结果"],
  "answers": ["{0} countersignatures hold", "{0} 项副署成立"],
  "closed": ["{0} countersignatures hold; {1} by {2}: {3}", "{0} 项副署成立；由 {2} 关闭（{1}）：{3}"],
  "openings": ["{0} opened, {1} cap codes recomputed", "公开 {0} 项，重算限额代码 {1} 个"],
  "not-revealed": ["identities are not revealed yet", "身份尚未揭示"],
  "earlier": ["{0} earlier attempt(s), each closed", "此前 {0} 次抽取，均已关闭"],
  "parent-none": ["not a supplement", "不是补抽"],
  "parent": ["a supplement of {0}, which holds and was exhausted by entry {1}", "{0} 的补抽；原抽取成立，至第 {1} 条记录已抽尽"],
  "rosters": ["{0} experts hash into their places in {1} rosters", "{1} 份名册中 {0} 名专家逐一核对相符"],
  "eligibility": ["{0} experts fit their strata, {1} exclusions open", "{0} 名专家与所在层相符，{1} 项排除已打开"],
};

export const DOUBTS = {
  "below-quorum": ["{0} trusted cosignatures, the quorum is {1}", "受信任的联署 {0} 个，门槛为 {1}"],
  "still-open": ["neither drawn nor closed yet", "尚未抽取，也未关闭"],
  "edition-unknown": ["the edition {0} is not in the trust file", "规则版本 {0} 不在信任文件中"],
  "key-untrusted": ["the key of {0} is not in the trust file", "{0} 的公钥不在信任文件中"],
  "role-unknown": ["whether a {0} contributes is unknown: a party is not in the trust file", "是否有 {0} 投入无法判断：有一方不在信任文件中"],
  "role-of-unknown": ["the role of {0} is not in the trust file", "{0} 的角色不在信任文件中"],
  "chain-unknown": ["the chain {0}… is not in the trust file", "信标链 {0}… 不在信任文件中"],
  "early-absent": ["the bundle has no early proofs", "证明包内没有早期证明"],
  "early-few": ["early proof of {0}: {1} cosignatures in time, the quorum is {2}", "{0} 的早期证明：及时联署 {1} 个，门槛为 {2}"],
  "closer-unknown": ["{0}, who closed the draw, is not in the trust file", "关闭抽取的 {0} 不在信任文件中"],
  "identities-closed": ["identities closed: this bundle does not open them", "身份未向持有人公开：本证明包不含公开内容"],
  "release-absent": ["{0} contributed to attempt {1} and no longer: its release is not in the bundle", "{0} 曾参与第 {1} 次抽取，此后退出：证明包内没有其解除声明"],
  "pool-not-read": ["who was eligible follows from the pool's entries below log size {0}, which no file here holds", "何人合格须由日志规模 {0} 以下的专家库记录得出，此处文件均不含"],
};

/** What a verdict says besides. */
export const NOTES = {
  "of-draw": ["draw {0}, attempt {1}", "抽取 {0}，第 {1} 次"],
  "witnessed": ["witnessed by {0} of {1}", "{1} 个见证方中 {0} 个联署"],
  "unwitnessed": ["unwitnessed", "无见证方联署"],
  "as-of-size": ["as of log size {0}, entry {1}", "截至日志规模 {0}，第 {1} 条记录"],
  "codes": ["codes: {0}", "代码计数：{0}"],
  "caps-unproved": ["{0} cap codes stay unproved until identities are opened", "{0} 个限额代码在身份公开前无法核实"],
  "rivals": ["rival draws and later entries: see the public audit", "是否另有并行抽取或后续记录：见公开审计"],
  "unusable-file": ["the {0} file cannot be used: {1}", "{0} 文件无法使用：{1}"],
  "in-attempt": ["attempt {0}, {1}: {2}", "第 {0} 次抽取 {1}：{2}"],
  "in-parent": ["parent, {0}: {1}", "原抽取 {0}：{1}"],
  "at-place": ["{0}: {1}", "{0}：{1}"],
  "not-carried-out": ["the check could not be carried out ({0})", "无法进行核验（{0}）"],
};
