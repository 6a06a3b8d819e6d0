"""How private values are shown to those who may know that they exist. Pure: values in, values out."""

DOUBLE_SURNAMES = ("欧阳", "尉迟", "上官", "司马", "诸葛", "夏侯", "皇甫", "东方", "令狐", "慕容", "司徒", "公孙")


def mask_name(name: str) -> str:
    """刘霞 becomes 刘*, 刘小霞 becomes 刘*霞; of four and more the first and the last stay; 欧阳娜娜 becomes 欧阳**."""
    name = name.strip()
    if len(name) <= 1:
        return "*" * len(name)
    for surname in DOUBLE_SURNAMES:
        if name.startswith(surname) and len(name) > len(surname):
            return surname + "*" * (len(name) - len(surname))
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_tail(tail: str) -> str:
    """The last characters of a document's number, and that there is more of it."""
    return f"****{tail}" if tail else ""
