"""Dialogues in French."""

LINES = {
    "whereabouts": """
        >Bonjour, où en est ma commande {thing} ? Elle devait arriver le {when}.
        Bonjour {name}, {agent} à votre écoute. Je regarde tout de suite.
        Elle est chez le transporteur, dernier passage ce matin. Elle devrait arriver demain.
        >D'accord. Je peux choisir l'heure ?
        Le transporteur vous envoie un message le matin avec le créneau. Autre chose ?
        >Non, merci beaucoup !""",
    "balance": """
        >Bonjour, j'ai fait un virement hier et {thing} affiche toujours l'ancien solde.
        Bonjour {name}, je l'actualise.
        C'est bien arrivé ce matin, vous devriez le voir maintenant.
        >Oui, c'est bon. Merci.""",
    "block_card": """
        >J'ai perdu mon portefeuille ! Bloquez ma carte {thing} s'il vous plaît.
        Bonjour {name}, je m'en occupe. Deux questions d'abord pour vérifier que c'est bien vous.
        >Bien sûr.
        Merci. La carte est bloquée, la nouvelle arrive sous cinq jours ouvrés.
        >Parfait, quel soulagement.""",
    "fault": """
        >Mon appareil {thing} affiche encore {code} et s'arrête en plein programme.
        Bonjour {name}, {agent} à votre écoute. Avez-vous nettoyé le filtre ?
        >Oui, deux fois. Ça tient un lavage et ça revient.
        Alors ce n'est pas le filtre. Je note le défaut {code} et un technicien passera.
        >Quand ?
        Vous recevez aujourd'hui deux dates au choix.""",
    "address": """
        >J'ai déménagé. La commande {thing} peut-elle aller à ma nouvelle adresse ?
        Bonjour {name}. Oui, tant qu'elle n'est pas partie. Quelle est l'adresse ?
        >12 rue du Phare, deuxième étage.
        C'est modifié, vous le voyez aussi dans votre compte.
        >Super, merci {agent}.""",
    "cancel": """
        >Annulez {thing} s'il vous plaît, je me suis trompé de modèle.
        Bonjour {name}, elle n'est pas encore préparée, c'est possible. Je l'annule ?
        >Oui, merci.
        C'est fait. Remboursement sous trois jours.
        >Rapide, merci.""",
    "return": """
        >L'article de {thing} est trop grand. Comment le renvoyer ?
        Bonjour {name}. Je vous envoie une étiquette ; vous avez quatorze jours.
        >Et le remboursement ?
        Dès le retour chez nous, en général sous une semaine.
        >Très bien.""",
    "contract": """
        >Jusqu'à quand court {thing} ? Je vais bientôt déménager.
        Bonjour {name}, je regarde. Il se résilie avec un mois de préavis.
        >Sinon il continue tout seul ?
        Oui, de mois en mois. Je vous envoie les dates par écrit.
        >Merci.""",
    "complaint": """
        >C'est la troisième fois que j'écris pour {thing} et personne ne rappelle. Je veux faire une réclamation.
        Je suis désolé, {name}. Je m'en charge moi-même. Que s'est-il passé la dernière fois ?
        >On devait m'appeler lundi. Rien.
        J'enregistre la réclamation, le responsable vous répond demain avant midi.
        >J'espère bien.""",
    "advice": """
        >Le Reef 6 passe-t-il sous un plan de travail de 82 cm ?
        Bonjour ! Oui, sans le couvercle il mesure 81,5 cm.
        >Et il est bruyant ?
        44 dB : on l'entend, mais on peut parler à côté.
        >Merci, je vais réfléchir.""",
    "wrong": """
        >C'est bien la bibliothèque ? Je veux prolonger deux livres.
        Bonjour, ici Harbourlight. Vous vous êtes trompé de page, je crois.
        >Oh pardon !""",
}
