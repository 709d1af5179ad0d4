"""Settings: three sources, one order, no silent typing error."""

import msgspec
import pytest

from oversight.configuration import DOCS, Settings, load, settings, shown, use_settings
from oversight.errors import RuleBroken


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "daylight.toml"
        path.write_text(text)
        return path

    return write


def test_without_any_source_there_are_defaults():
    assert load(None, {}, {}) == Settings()


def test_the_environment_wins_over_the_file_and_a_flag_over_both(file):
    path = file('port = 1\nhost = "h1"\norigin = "o1"\n')
    environ = {"DAYLIGHT_PORT": "2", "DAYLIGHT_HOST": "h2", "PATH": "/bin"}
    found = load(path, environ, {"port": 3, "host": None})
    assert (found.port, found.host, found.origin) == (3, "h2", "o1")


def test_every_setting_is_explained_and_every_explanation_has_a_setting():
    assert set(DOCS) == {field.name for field in msgspec.structs.fields(Settings)}
    assert all(text.endswith(".") for text in DOCS.values())


def test_every_setting_has_a_default():
    assert all(
        field.default is not msgspec.NODEFAULT or field.default_factory is not msgspec.NODEFAULT
        for field in msgspec.structs.fields(Settings)
    )


def test_a_name_that_is_no_setting_is_refused_with_its_source(file):
    for call, source in [
        (lambda: load(file("prot = 1"), {}, {}), "daylight.toml"),
        (lambda: load(None, {"DAYLIGHT_PROT": "1"}, {}), "DAYLIGHT_PROT"),
        (lambda: load(None, {}, {"prot": 1}), "--prot"),
    ]:
        with pytest.raises(RuleBroken, match=r"configuration\.setting_known") as refusal:
            call()
        assert refusal.value.found == {"setting": "prot", "source": source}


@pytest.mark.parametrize(
    ("name", "text"),
    [("PORT", "x"), ("PORT", "99999"), ("PORT", "1.5"), ("ORIGIN", "a b"), ("ORIGIN", "a+b"),
     ("CHECKPOINT_SECONDS", "0"), ("PENDING_MAX", "-1"), ("DATA_DIR", "")],
)  # fmt: skip
def test_a_value_out_of_type_or_bounds_is_refused_naming_setting_and_source(name, text):
    with pytest.raises(RuleBroken, match=r"configuration\.setting_readable") as refusal:
        load(None, {f"DAYLIGHT_{name}": text}, {})
    assert refusal.value.found == {"setting": name.lower(), "source": f"DAYLIGHT_{name}"}
    assert refusal.value.needed


@pytest.mark.parametrize("text", ["port = true", 'port = "80"', 'editions = "T-2025"'])
def test_the_file_is_read_by_type_not_by_guess(file, text):
    with pytest.raises(RuleBroken, match=r"configuration\.setting_readable"):
        load(file(text), {}, {})


def test_the_file_holds_lists_as_lists(file):
    assert load(file('editions = ["demo"]'), {}, {}).editions == ("demo",)


@pytest.mark.parametrize("text", ["port = ", "[section]\nport = 1", "port = 1\nport = 2"])
def test_a_file_that_cannot_be_understood_is_refused(file, text):
    with pytest.raises(RuleBroken, match="configuration"):
        load(file(text), {}, {})


def test_a_file_that_was_named_must_exist(tmp_path):
    with pytest.raises(RuleBroken, match=r"configuration\.setting_readable"):
        load(tmp_path / "absent.toml", {}, {})


def test_lists_in_the_environment_are_separated_by_commas():
    found = load(None, {"DAYLIGHT_EDITIONS": "T-2025, demo"}, {})
    assert found.editions == ("T-2025", "demo")


def test_the_database_and_the_keys_stand_in_the_data_directory_unless_named():
    found = load(None, {"DAYLIGHT_DATA_DIR": "/srv/d"}, {})
    assert (found.key_dir, found.dsn) == ("/srv/d/keys", "sqlite:////srv/d/daylight.sqlite3")
    named = load(None, {"DAYLIGHT_DATA_DIR": "/srv/d", "DAYLIGHT_KEY_DIR": "/srv/k"}, {})
    assert named.key_dir == "/srv/k"


def test_variables_of_the_client_and_the_tests_are_not_mistaken_for_settings():
    environ = {"DAYLIGHT_TOKEN": "t", "DAYLIGHT_TEST_PG_DSN": "d", "DAYLIGHT_FOREIGN_VECTORS": "v"}
    assert load(None, environ, {}) == Settings()


def test_a_password_is_never_shown():
    found = Settings(dsn="postgresql://user:hunter2@host/name")
    assert shown(found)["dsn"] == "postgresql://user:***@host/name"
    assert "hunter2" not in repr(shown(found))
    with pytest.raises(RuleBroken) as refusal:
        load(None, {"DAYLIGHT_PORT": "hunter2"}, {})
    assert "hunter2" not in f"{refusal.value} {refusal.value.needed} {refusal.value.found}"


def test_a_process_has_one_set_of_settings():
    use_settings(Settings(port=1))
    assert settings().port == 1
    use_settings(None)
    with pytest.raises(AssertionError):
        settings()
