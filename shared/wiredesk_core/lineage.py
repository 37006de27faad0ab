"""How items stand with regard to their families: a kill of one reaches those that were told before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wiredesk_core.lifecycle import Recall, Standing, State, recall_of
from wiredesk_core.ports import ArchiveReader, Dossier


async def fold_items(
    archive: ArchiveReader, item_ids: Sequence[str]
) -> tuple[Mapping[str, Dossier], Mapping[str, State]]:
    """What decides about these items, and how they stand by it and by their kin.

    What is served is read before everything else, so that whoever saves a revision on it has missed nothing.
    """
    dossiers = await archive.dossiers(item_ids)
    kin = await archive.kin(item_ids)
    others = sorted({other for family in kin.values() for other in family} - dossiers.keys())
    known = {**dossiers, **(await archive.dossiers(others) if others else {})}
    return dossiers, fold_families(known, {item_id: kin.get(item_id, ()) for item_id in dossiers})


async def kin_concerned(archive: ArchiveReader, item_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The kin that a change of each of these items may concern: all where anything in the family is killed or is served so.

    In a family without a kill nobody stands otherwise because of another one, and most families are like that.
    """
    kin = {item_id: family for item_id, family in (await archive.kin(item_ids)).items() if family}
    if not kin:
        return {}
    dossiers = await archive.dossiers(sorted({*kin, *(other for family in kin.values() for other in family)}))
    killed = {item_id for item_id, dossier in dossiers.items() if _has_a_kill(dossier)}
    return {item_id: family for item_id, family in kin.items() if not killed.isdisjoint((item_id, *family))}


def fold_families(dossiers: Mapping[str, Dossier], kin: Mapping[str, Sequence[str]]) -> Mapping[str, State]:
    """The states of the items in `kin`; the dossiers are theirs and those of all their kin.

    Who brought a kill about, by a notice or as the substitute, is not reached by it.
    """
    own = {item_id: dossiers[item_id].fold() for item_id in {*kin, *(i for family in kin.values() for i in family)}}
    killed = {item_id: recall_of(item_id, state) for item_id, state in own.items()}
    return {
        item_id: dossiers[item_id].fold(_reaching(item_id, [killed[other] for other in family]))
        if family
        else own[item_id]
        for item_id, family in kin.items()
    }


def _has_a_kill(dossier: Dossier) -> bool:
    is_served_so = dossier.served is not None and dossier.served.standing is Standing.killed
    return is_served_so or dossier.fold().killed_by is not None


def _reaching(item_id: str, recalls: Sequence[Recall | None]) -> tuple[Recall, ...]:
    return tuple(recall for recall in recalls if recall is not None and recall.by_item != item_id)
