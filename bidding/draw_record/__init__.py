"""The record of a draw (抽取记录): its bundle for everybody who takes part, the auditor's file."""
