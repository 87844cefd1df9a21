"""A file is replaced as a whole or left as it was."""

import os
import stat

import pytest

from verify.atomic import write_text


def test_a_failed_write_leaves_the_old_content(tmp_path, monkeypatch):
    file = tmp_path / "verdicts.json"
    write_text(file, "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_text(file, "new" * 10_000)
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["verdicts.json"]


def test_there_is_never_a_part_of_a_file(tmp_path, monkeypatch):
    file, seen = tmp_path / "verdicts.json", []
    write_text(file, "old")
    kept = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (seen.append(file.read_text()), kept(a, b))[1])
    write_text(file, "new" * 10_000)
    assert seen == ["old"]
    assert file.read_text() == "new" * 10_000


def test_links_and_permissions_stay(tmp_path):
    file, link = tmp_path / "real.json", tmp_path / "link.json"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_text(link, "new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_ctrl_c_just_after_the_file_has_its_place(tmp_path, monkeypatch):
    replace = os.replace

    def stopped(a, b):
        replace(a, b)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt) as stop:
        write_text(tmp_path / "verdicts.json", "new")
    assert stop.value.__context__ is None
    assert (tmp_path / "verdicts.json").read_text() == "new"
    assert os.listdir(tmp_path) == ["verdicts.json"]


def test_devices_are_written_not_replaced():
    write_text("/dev/null", "new")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
