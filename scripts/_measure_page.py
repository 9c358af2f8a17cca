def page(m):
    return ""


def shortfalls(m):
    return []
